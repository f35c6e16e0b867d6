"""When a request may be sent, and whether it is sent again.

See docs/contributing/design.md#retries.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from http import HTTPStatus

from pulumi_kinetic import errors

_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 20.0
_FIRST_INTERVAL_SECONDS = 0.05
_LONGEST_INTERVAL_SECONDS = 20.0
_SLOWER = 1.5
_FASTER = 0.97
_NEGLIGIBLE_SECONDS = 0.005


def is_retryable(method: str, error: errors.ApiError) -> bool:
    """Tell whether the same request may succeed if it is sent again."""
    if isinstance(error, errors.NoAnswerError | errors.TooManyRequestsError | errors.ServerError):
        return True
    if isinstance(error, errors.UnreadableAnswerError):
        # a success with an unreadable body: the work is done, and the next answer may say so
        return error.status is not None and error.status < HTTPStatus.MULTIPLE_CHOICES
    return error.status == HTTPStatus.REQUEST_TIMEOUT or (error.status == HTTPStatus.CONFLICT and method == "POST")


def wait_seconds(attempt: int, asked_seconds: float, draw: float) -> float:
    """Return how long to wait after a failed attempt, in seconds: full jitter, on top of what the server asks for.

    Args:
        attempt: 1 after the first one.
        asked_seconds: What the answer's Retry-After asks for, in seconds.
        draw: A random number from 0 to 1.
    """
    return asked_seconds + draw * min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2.0 ** (attempt - 1))


class Pace:
    """The pause between two requests, which all calls of a client share: each waits for its turn, in order of arrival.

    The API doesn't document its limits. So the pace is learned: each 429 makes it slower, each other answer a little
    faster, until there is no pause any more. Threads may share it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._interval = 0.0
        self._next = 0.0
        self._slowed_at = float("-inf")
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @property
    def next_turn(self) -> float:
        """The moment before which nobody's turn comes."""
        return self._next

    def wait_for_turn(self, deadline: float) -> bool:
        """Wait until the next request may be sent; return False, at once, where that isn't before the deadline.

        Args:
            deadline: A moment of the clock.
        """
        me = object()
        with self._changed:
            self._queue.append(me)
            try:
                while (now := self._clock()) < self._next or self._queue[0] is not me:
                    if max(now, self._next) >= deadline:
                        return False
                    # who isn't first is woken by the one before it
                    end = self._next if self._queue[0] is me else deadline
                    self._changed.wait(min(end, deadline) - now)
                self._next = now + self._interval
                return True
            finally:
                self._queue.remove(me)
                self._changed.notify_all()

    def slow_down(self, sent_at: float, asked_seconds: float) -> None:
        """Take note of a 429: all calls pause, and follow each other more slowly then.

        Args:
            sent_at: When the request was sent. Many that were sent before the pace was slowed say the same once.
            asked_seconds: What the answer asks to wait, at least.
        """
        with self._changed:
            now = self._clock()
            if sent_at > self._slowed_at:
                slower = max(_FIRST_INTERVAL_SECONDS, self._interval * _SLOWER)
                self._interval = min(_LONGEST_INTERVAL_SECONDS, slower)
                self._slowed_at = now
            # full jitter: other processes may have been told the same
            jitter = random.random() * self._interval  # noqa: S311 it spreads requests, and keeps no secret
            self._next = max(self._next, now + asked_seconds + jitter)
            self._changed.notify_all()

    def speed_up(self) -> None:
        """Take note of any other answer."""
        with self._changed:
            self._interval *= _FASTER
            if self._interval < _NEGLIGIBLE_SECONDS:
                self._interval = 0.0
