"""How much the log of requests keeps."""

from pulumi_kinetic.emulator.request_log import MAX_CHARS, MAX_ENTRIES, LogEntry, RequestLog


def entry(number: int, body: str = "") -> LogEntry:
    return {
        "request_id": f"req_{number}",
        "at": 0.0,
        "method": "POST",
        "path": "/",
        "query": "",
        "body": body,
        "idempotency_mark": None,
        "status": None,
        "change": None,
        "faults": [],
    }


def logged(log: RequestLog) -> list[str]:
    return [kept["request_id"] for kept in log.entries()]


def test_the_latest_requests_are_kept_and_the_oldest_go() -> None:
    log = RequestLog()
    for number in range(MAX_ENTRIES + 3):
        log.add(entry(number))
    assert logged(log) == [f"req_{number}" for number in range(3, MAX_ENTRIES + 3)]


def test_long_requests_are_kept_as_long_as_there_is_room() -> None:
    log, body = RequestLog(), "x" * (MAX_CHARS // 4)
    for number in range(9):
        log.add(entry(number, body))
    assert logged(log) == ["req_6", "req_7", "req_8"]


def test_a_request_that_is_too_long_alone_is_kept_until_the_next_one() -> None:
    log = RequestLog()
    log.add(entry(0, "x" * (MAX_CHARS + 1)))
    assert logged(log) == ["req_0"]
    log.add(entry(1))
    assert logged(log) == ["req_1"]


def test_a_cleared_log_has_its_room_again() -> None:
    log, body = RequestLog(), "x" * (MAX_CHARS // 2)
    log.add(entry(0, body))
    log.clear()
    log.add(entry(1, body[:-1]))
    log.add(entry(2, body[:-1]))
    assert logged(log) == ["req_1", "req_2"]
