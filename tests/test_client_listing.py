"""A listing comes to an end, and one bad entry doesn't spoil it."""

import json

import httpx
import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.client import Client
from support.scripted_api import answering, problem

BAD = [
    {"webhook_endpoint_id": "we_bad", "url": 3, "status": "enabled"},
    {"url": "https://a.example", "status": "enabled"},
    {"webhook_endpoint_id": "a\u0000b", "url": "https://a.example", "status": "enabled"},
    None,
    "we_3",
    [],
]
REASONS = [
    "webhook endpoint we_bad can't be read: `url` isn't text",
    "can't be read: `webhook_endpoint_id` is missing",
    "can't be read: `webhook_endpoint_id` isn't an id",
    *["can't be read: it isn't a JSON object"] * 3,
]


def entry(number: int) -> dict[str, object]:
    return {"webhook_endpoint_id": f"we_{number}", "url": "https://a.example", "status": "enabled"}


def page(*entries: object, more: bool = False) -> httpx.Response:
    return httpx.Response(200, content=json.dumps({"data": entries, "has_more": more}).encode())


def ids(api: Client, **options: str) -> list[str]:
    return [remote.webhook_endpoint_id for remote in api.list(**options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "pages",
    [
        [page(more=True)],
        [page(entry(1), more=True), page(more=True)],
        [page(entry(1), more=True), page(entry(1), more=True)],
        [page(entry(1), more=True), page(entry(2), more=True), page(entry(1), more=True)],
        [page(entry(number), more=True) for number in (1, 2, 3, 4, 2)],
    ],
    ids=["empty", "then empty", "the same", "each other", "a circle"],
)
def test_a_listing_that_never_ends_is_an_error(pages: list[httpx.Response]) -> None:
    api, requests = answering(*pages)
    assert "the API says that there is more, but sends nothing new" in str(problem(lambda: ids(api)))
    assert len(requests) == len(pages)


def test_a_listing_that_goes_round_backward_is_an_error_too() -> None:
    api, _ = answering(page(entry(1), entry(2), more=True), page(entry(0), more=True), page(entry(1), more=True))
    assert "sends nothing new" in str(problem(lambda: ids(api, ending_before="we_9")))


def test_a_listing_may_be_long() -> None:
    numbers = range(10_500)
    pages = [page(*map(entry, numbers[i : i + 20]), more=i + 20 < len(numbers)) for i in range(0, len(numbers), 20)]
    api, _ = answering(*pages)
    assert len(ids(api)) == len(numbers)


def test_a_listing_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_kinetic.client._MAX_PAGES", 50)
    api, requests = answering(*(page(entry(number), more=True) for number in range(99)))
    assert "sends nothing new" in str(problem(lambda: ids(api)))
    assert len(requests) == 51


def test_what_moves_between_two_pages_comes_once() -> None:
    api, _ = answering(page(entry(1), entry(2), more=True), page(entry(2), entry(3)))
    assert ids(api) == ["we_1", "we_2", "we_3"]


@pytest.mark.parametrize(("bad", "reason"), list(zip(BAD, REASONS, strict=True)))
def test_an_entry_that_cannot_be_read_is_named_and_left_out(bad: object, reason: str) -> None:
    api, requests = answering(page(entry(1), bad, more=True), page(bad, entry(2)))
    said: list[str] = []
    assert [remote.webhook_endpoint_id for remote in api.list(skipped=said.append)] == ["we_1", "we_2"]
    assert reason in said[0]
    assert said[0].endswith("; it is left out")
    assert len(requests) == 2


def test_an_entry_that_cannot_be_read_is_an_error_where_nobody_is_told() -> None:
    api, _ = answering(page(entry(1), BAD[0]))
    assert REASONS[0] in str(problem(lambda: ids(api)))


def test_a_page_of_which_nothing_can_be_read_is_an_error() -> None:
    api, _ = answering(page(*BAD))
    assert REASONS[0] in str(problem(lambda: list(api.list(skipped=print))))


@pytest.mark.parametrize(
    "answer", [{}, [], {"data": []}, {"has_more": False}, {"data": {}, "has_more": False}, {"data": [], "has_more": 1}]
)
def test_what_is_no_page_is_an_error(answer: object) -> None:
    api, _ = answering(httpx.Response(200, json=answer))
    error = problem(lambda: ids(api))
    assert isinstance(error, errors.UnreadableAnswerError)
    assert "it isn't a list of endpoints (`data`, `has_more`)" in str(error)
