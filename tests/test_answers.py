import json

import httpx
import pytest

from pulumi_kinetic import errors
from support.scripted_api import BODY, URL, answering, problem


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>Log in to the airport's network</html>",
        "[]",
        "null",
        "{}",
        '{"url": "https://a.example", "status": "enabled"}',
        '{"webhook_endpoint_id": "", "url": "https://a.example", "status": "enabled"}',
        '{"webhook_endpoint_id": "we_other", "url": "https://a.example", "status": "enabled"}',
        '{"webhook_endpoint_id": "we_1", "url": "https://a.example", "status": "enabled", "enabled_events": "a"}',
        '{"webhook_endpoint_id": "we_1"}',
    ],
)
def test_a_success_that_is_not_the_apis_is_an_error(text: str) -> None:
    api, _ = answering(httpx.Response(200, text=text))
    error = problem(lambda: api.get("we_1"))
    assert isinstance(error, errors.UnreadableAnswerError)
    assert "not an answer of the Kinetic API" in str(error)


@pytest.mark.parametrize("text", ["", "{}", '{"deleted": true}', '{"object": "webhook_endpoint", "id": 3}'])
@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_success_of_a_delete_is_done_whatever_it_tells(status: int, text: str) -> None:
    api, requests = answering(httpx.Response(status, text=text))
    api.delete("we_1")
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html>Log in to the airport's network</html>", "it isn't JSON"),
        ('{"deleted": false}', "it says that the endpoint isn't deleted"),
        ('{"deleted": true, "webhook_endpoint_id": "we_2"}', "it describes another endpoint"),
        ("[true]", "it isn't a JSON object"),
    ],
)
def test_a_success_of_a_delete_that_says_something_else_is_an_error(text: str, reason: str) -> None:
    api, _ = answering(httpx.Response(200, text=text))
    error = problem(lambda: api.delete("we_1"))
    assert isinstance(error, errors.UnreadableAnswerError)
    assert reason in str(error)


def test_a_delete_is_settled_by_the_answer_to_its_retry(waits: list[float]) -> None:
    gone = httpx.Response(404, json={"error": "not_found"})
    api, requests = answering(httpx.Response(200, text="<html>"), gone, max_retries=1)
    assert isinstance(problem(lambda: api.delete("we_1")), errors.NotFoundError)
    assert (len(requests), len(waits)) == (2, 1)


GOOD = {"webhook_endpoint_id": "we_1", "url": "https://a.example", "status": "enabled"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"url": None}, "`url` isn't text"),
        ({"url": 3, "status": []}, "`url` isn't text, `status` isn't text"),
        ({"url": "https://a\ud800.example"}, "`url` isn't text"),
        ({"url": "https://a.example/\x00"}, "`url` isn't text"),
        ({"status": ""}, "`status` isn't text"),
        ({"enabled_events": "a"}, "`enabled_events` isn't a list of names"),
        ({"enabled_events": ["a", "\udfff"]}, "`enabled_events` isn't a list of names"),
        ({"enabled_events": {"a": 1}}, "`enabled_events` isn't a list of names"),
        ({"webhook_endpoint_id": "we_2"}, "it describes another endpoint"),
        ({"webhook_endpoint_id": "we_1\n"}, "`webhook_endpoint_id` isn't an id"),
        ({"webhook_endpoint_id": 7}, "`webhook_endpoint_id` isn't an id"),
        ({"webhook_endpoint_id": "x" * 300}, "`webhook_endpoint_id` isn't an id"),
    ],
)
@pytest.mark.parametrize("call", ["get", "update"])
def test_a_wrong_field_is_named_in_our_own_words(call: str, changed: dict[str, object], reason: str) -> None:
    api, _ = answering(httpx.Response(200, content=json.dumps({**GOOD, **changed}).encode()))
    error = problem(lambda: api.get("we_1") if call == "get" else api.update("we_1", {"status": "enabled"}))
    assert isinstance(error, errors.UnreadableAnswerError)
    assert f"status 200, no content type: {reason}\n" in str(error)


@pytest.mark.parametrize("field", ["webhook_endpoint_id", "url", "status"])
def test_a_missing_field_is_named(field: str) -> None:
    api, _ = answering(httpx.Response(200, json={name: value for name, value in GOOD.items() if name != field}))
    assert f": `{field}` is missing\n" in str(problem(lambda: api.get("we_1")))


@pytest.mark.parametrize("created_at", [None, 1718217600, [], "", "\ud800", {"x": 1}])
def test_a_time_that_is_no_text_is_left_out(created_at: object) -> None:
    api, _ = answering(httpx.Response(200, content=json.dumps({**GOOD, "created_at": created_at}).encode()))
    assert api.get("we_1").created_at is None


@pytest.mark.parametrize("secret", [None, 3, "", " ", "whsec_***", "whsec_\ud800"])
def test_a_secret_that_is_none_is_not_passed_on(secret: object) -> None:
    api, _ = answering(httpx.Response(201, content=json.dumps({**GOOD, "signing_secret": secret}).encode()))
    assert api.create(BODY, "key-1", URL).signing_secret is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"url": NaN}', "it isn't JSON"),
        (b'{"url": -Infinity}', "it isn't JSON"),
        (b'{"url": ' + b"9" * 5000 + b"}", "it isn't JSON"),
        (b'{"url": "\xff"}', "it isn't JSON"),
        (b'{"url": "\xed\xa0\x80"}', "is missing"),
        (b'{"a": 1, "a": 2}', "its JSON gives a name twice"),
        (b'{"url": {"x": {"a": 1, "a": 2}}}', "its JSON gives a name twice"),
        (b"[" * 100_000 + b"]" * 100_000, "its JSON is nested too deeply"),
        (b"\x00", "it isn't JSON"),
        (b"\xff\xfe\x00\xd8", "it isn't JSON"),
    ],
)
def test_json_that_does_not_mean_one_thing_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    api, _ = answering(httpx.Response(200, content=body))
    assert reason in str(problem(lambda: api.get("we_1")))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_json_in_any_unicode_encoding_is_read(encoding: str) -> None:
    api, _ = answering(httpx.Response(200, content=json.dumps(GOOD).encode(encoding)))
    assert api.get("we_1").url == "https://a.example"


def test_the_secret_of_an_answer_is_never_shown() -> None:
    answer = {
        "webhook_endpoint_id": "we_1",
        "url": "https://a.example",
        "status": "enabled",
        "signing_secret": "whsec_X",
    }
    api, _ = answering(httpx.Response(201, json=answer))
    created = api.create(BODY, "key-1", URL)
    assert "whsec_X" not in repr(created) + str(created) + json.dumps(created.model_dump(mode="json"))
