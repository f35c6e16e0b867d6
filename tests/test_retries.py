"""All calls share one queue, and its pace is learned from the server's 429s."""

import heapq
import random
import threading
import time
from functools import partial

import pytest

from pulumi_kinetic.retries import Pace
from support.waiting import wait_until


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Simulation:
    """Calls of many threads on a clock of its own: each waits for the queue's head, and is answered at once."""

    def __init__(self, per_second: float, burst: int, retry_after: float, deadline_seconds: float) -> None:
        self.clock = Clock()
        self.pace = Pace(self.clock)
        self.per_second, self.burst, self.retry_after = per_second, burst, retry_after
        self.deadline_seconds = deadline_seconds
        self.tokens, self.filled_at = float(burst), self.clock.now
        self.requests = 0

    def admits(self) -> bool:
        self.requests += 1
        passed = self.clock.now - self.filled_at
        self.tokens = min(self.burst, self.tokens + passed * self.per_second)
        self.filled_at = self.clock.now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def run(self, calls: int, parallel: int) -> list[str]:
        """The outcome of each call; `parallel` are under way at a time, in order of arrival."""
        waiting = [(self.clock.now, number) for number in range(min(parallel, calls))]
        began = {number: self.clock.now for _, number in waiting}
        following, outcomes = len(waiting), ["" for _ in range(calls)]
        while waiting:
            _, number = heapq.heappop(waiting)
            deadline = began[number] + self.deadline_seconds
            if self.pace.next_turn >= deadline:
                outcomes[number] = "late"
            else:
                self.clock.now = max(self.clock.now, self.pace.next_turn)
                sent_at = self.clock.now
                assert self.pace.wait_for_turn(deadline)
                self.clock.now += 0.01
                if self.admits():
                    self.pace.speed_up()
                    outcomes[number] = "done"
                else:
                    self.pace.slow_down(sent_at, self.retry_after)
                    heapq.heappush(waiting, (self.clock.now, number))
                    continue
            if following < calls:
                began[following] = self.clock.now
                heapq.heappush(waiting, (self.clock.now, following))
                following += 1
        return outcomes


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("burst", "retry_after"), [(1, 0), (5, 0), (5, 1), (10, 2)])
def test_150_creates_get_through_an_api_that_allows_5_a_second(seed: int, burst: int, retry_after: float) -> None:
    random.seed(seed)
    simulation = Simulation(5, burst, retry_after, deadline_seconds=150)
    assert simulation.run(calls=150, parallel=128) == ["done"] * 150
    assert simulation.requests < 150 * 1.5


def test_a_thousand_calls_get_through_in_turn() -> None:
    random.seed(1)
    assert Simulation(5, 5, 1, deadline_seconds=150).run(calls=1000, parallel=128) == ["done"] * 1000


def test_an_api_that_never_admits_is_not_asked_for_ever() -> None:
    random.seed(1)
    simulation = Simulation(0, 0, 0, deadline_seconds=150)
    assert simulation.run(calls=128, parallel=128) == ["late"] * 128
    assert simulation.requests < 40  # together


def test_nobody_waits_before_the_first_429() -> None:
    clock = Clock()
    pace = Pace(clock)
    assert [pace.wait_for_turn(clock.now + 1) for _ in range(1000)] == [True] * 1000
    assert pace.next_turn <= clock.now


def test_what_the_server_asks_for_is_a_floor_for_all() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.slow_down(clock.now, 30)
    assert 30 <= pace.next_turn - clock.now <= 30.05
    assert not pace.wait_for_turn(clock.now + 20)


def test_many_refusals_of_one_moment_slow_the_pace_once() -> None:
    clock = Clock()
    pace, once = Pace(clock), Pace(clock)
    once.slow_down(clock.now, 0)
    sent_at = clock.now
    for _ in range(128):
        pace.slow_down(sent_at, 0)
        clock.now += 0.0001
    clock.now += 10
    assert pace.wait_for_turn(clock.now + 1)
    assert once.wait_for_turn(clock.now + 1)
    assert pace.next_turn == once.next_turn
    assert pace.next_turn > clock.now


def test_the_pace_recovers_until_there_is_no_pause_any_more() -> None:
    clock = Clock()
    pace = Pace(clock)
    pace.slow_down(clock.now, 0)
    clock.now += 10
    for _ in range(100):
        pace.speed_up()
    assert pace.wait_for_turn(clock.now + 1)
    assert pace.next_turn == clock.now


def test_turns_come_in_order_of_arrival() -> None:
    pace = Pace()
    pace.slow_down(0, 0.3)
    order: list[int] = []

    def call(number: int) -> None:
        if pace.wait_for_turn(threading.TIMEOUT_MAX / 2):
            order.append(number)

    def is_queued(number: int) -> bool:
        return bool(order) or len(pace._queue) > number  # noqa: SLF001 who waits

    threads = [threading.Thread(target=call, args=(number,)) for number in range(20)]
    for number, thread in enumerate(threads):
        thread.start()
        wait_until(partial(is_queued, number), "its place in the queue")
    for thread in threads:
        thread.join(timeout=60)
    assert order == list(range(20))


def test_nobody_passes_who_waits_already() -> None:
    pace = Pace()
    pace._queue.append(object())  # noqa: SLF001 somebody who waits
    assert not pace.wait_for_turn(time.monotonic() + 0.05)
