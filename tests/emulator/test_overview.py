"""What the page is told: the latest of everything, bounded, and no secret."""

import json
from typing import Any

import pytest

from pulumi_kinetic.emulator.faults import Fault, effects
from pulumi_kinetic.emulator.overview import MAX_CHARS, MAX_ENDPOINTS, MAX_EVENTS, MAX_FAULTS, MAX_REQUESTS
from support.emulator import EmulatorClient

COLLECTION = "/v1/webhook_endpoints"


def shown(emulator: EmulatorClient) -> Any:  # JSON, which each test compares with what it expects
    return emulator.http.get("/_emulator/overview").json()


def test_no_secret_key_or_body_is_in_it(emulator: EmulatorClient) -> None:
    body = {"url": "https://a.example", "enabled_events": ["only-in-the-body"]}
    made = emulator.http.post(COLLECTION, json=body, headers={"Idempotency-Key": "key-canary"}).json()
    emulator.http.delete(f"{COLLECTION}/{made['webhook_endpoint_id']}")
    emulator.seed(3)
    text = json.dumps(shown(emulator))
    secrets = [endpoint["signing_secret"] for endpoint in emulator.truth().values()]
    for secret in [*secrets, made["signing_secret"], "key-canary", "only-in-the-body", "md_test_"]:
        assert secret not in text


def test_the_latest_come_first_and_the_rest_is_counted(emulator: EmulatorClient) -> None:
    ids = emulator.seed(MAX_ENDPOINTS + 5)
    for number in range(MAX_REQUESTS + 5):
        emulator.http.get(f"{COLLECTION}/we_{number}")
    emulator.faults(*[{"method": "POST"}] * (MAX_FAULTS + 5))
    overview = shown(emulator)
    assert [endpoint["webhook_endpoint_id"] for endpoint in overview["endpoints"]] == ids[:4:-1]
    latest = [f"{COLLECTION}/we_{number}" for number in reversed(range(5, MAX_REQUESTS + 5))]
    assert [request["target"] for request in overview["requests"]] == latest
    assert len(overview["faults"]) == MAX_FAULTS
    counts = [overview[f"{name}_count"] for name in ("endpoint", "request", "fault")]
    assert counts == [MAX_ENDPOINTS + 5, MAX_REQUESTS + 5, MAX_FAULTS + 5]


def test_no_text_makes_it_long(emulator: EmulatorClient) -> None:
    long = "x" * (MAX_CHARS + 500_000)
    for endpoint_id in emulator.seed(2):
        emulator.edit(endpoint_id, url=long, status=long, enabled_events=[long] * (MAX_EVENTS + 1))
    emulator.faults({"path": long, "method": long, "headers": {"a" * 60_000: "b"}})
    emulator.http.get(f"/{long[:60_000]}")
    assert len(json.dumps(shown(emulator))) < 100_000
    assert shown(emulator)["endpoints"][0]["event_count"] == MAX_EVENTS + 1


@pytest.mark.parametrize(
    ("fault", "phrases"),
    [
        ({}, []),
        ({"times": 3, "skip": 1, "method": "GET", "path": "/"}, []),
        ({"commit": False}, ["nothing is done"]),
        ({"status": 429, "headers": {"Retry-After": "1"}}, ["429 instead of the answer", "with Retry-After"]),
        ({"drop": True}, ["no answer"]),
        ({"half_body": True}, ["half an answer"]),
        ({"delay_seconds": 1, "delay_after_seconds": 0.5}, ["1.5 s late"]),
        ({"trickle_seconds": 0.1}, ["a byte at a time"]),
        ({"without_secret": True}, ["without the signing secret"]),
    ],
)
def test_a_fault_is_put_into_words(fault: dict[str, object], phrases: list[str]) -> None:
    assert effects(Fault.model_validate(fault)) == phrases


def test_faults_are_shown_as_long_as_they_are_to_come(emulator: EmulatorClient) -> None:
    emulator.faults({"times": 2, "method": "GET", "status": 500, "headers": {"Retry-After": "hidden-value"}})
    emulator.http.get(COLLECTION)
    (left,) = shown(emulator)["faults"]
    phrases = ["500 instead of the answer", "with Retry-After"]
    assert left == {"effects": phrases, "method": "GET", "path": None, "times": 1, "skip": 0}
    emulator.http.get(COLLECTION)
    assert shown(emulator)["faults"] == []


def test_the_log_says_what_each_request_changed_without_values_of_urls_and_events(emulator: EmulatorClient) -> None:
    body, key = {"url": "https://a.example/token"}, {"Idempotency-Key": "key-1"}
    endpoint_id = emulator.http.post(COLLECTION, json=body, headers=key).json()["webhook_endpoint_id"]
    emulator.http.post(COLLECTION, json=body, headers=key)
    item = f"{COLLECTION}/{endpoint_id}"
    changes: list[dict[str, object]] = [
        {"url": "https://b.example/token", "enabled_events": ["a"], "status": "disabled"},
        {"status": "disabled"},
        {"status": "enabled"},
        {"status": "unknown"},
    ]
    for change in changes:
        emulator.http.patch(item, json=change)
    emulator.faults({"status": 500, "times": 1})
    emulator.http.patch(item, json={"url": "https://c.example"})
    emulator.faults({"status": 500, "commit": False})
    emulator.http.patch(item, json={"url": "https://d.example"})
    emulator.http.get(item)
    emulator.http.delete(item)
    emulator.http.delete(item)
    assert [entry["change"] for entry in emulator.requests()] == [
        f"created {endpoint_id}",
        f"{endpoint_id} again, by its Idempotency-Key",
        "changed url, enabled_events, status to disabled",
        None,
        "changed status to enabled",
        None,
        "changed url",
        None,
        None,
        f"deleted {endpoint_id}",
        None,
    ]


def test_one_endpoint_is_read_with_its_secret(emulator: EmulatorClient) -> None:
    (endpoint_id,) = emulator.seed(1)
    assert emulator.http.get(f"/_emulator/endpoints/{endpoint_id}").json() == emulator.truth()[endpoint_id]
    assert emulator.http.get("/_emulator/endpoints/we_absent").status_code == 404
