"""The emulated API as a client meets it; each sentence of the API reference once."""

import re
from pathlib import Path
from typing import get_args

import httpx
import pytest
from pydantic import BaseModel

from pulumi_kinetic.emulator.assumptions import Assumptions, ErrorShape
from pulumi_kinetic.emulator.faults import Fault
from pulumi_kinetic.emulator.gateway import GatewayName
from pulumi_kinetic.emulator.records import State
from pulumi_kinetic.emulator.rewriting import EventRule, UrlRule
from support.emulator import PRODUCTION_KEY, READ_ONLY_KEY, EmulatorClient

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "reference" / "emulator.md").read_text()
PATH = "/v1/webhook_endpoints"
BODY = {"url": "https://example.com/md/webhooks", "enabled_events": ["judgment.created", "packet.created"]}


def create(emulator: EmulatorClient, body: object = BODY, **headers: str) -> httpx.Response:
    return emulator.http.post(
        PATH, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def test_create_answers_as_documented(emulator: EmulatorClient) -> None:
    response = create(emulator)
    created = response.json()
    assert response.status_code == 201
    assert list(created) == ["webhook_endpoint_id", "url", "enabled_events", "status", "created_at", "signing_secret"]
    assert re.fullmatch(r"we_[A-Za-z0-9]{14}", created["webhook_endpoint_id"])
    assert re.fullmatch(r"whsec_[A-Za-z0-9]{24}", created["signing_secret"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created["created_at"])
    assert {**BODY, "status": "enabled"}.items() <= created.items()
    assert re.fullmatch(r"req_\w+", response.headers["MD-Request-Id"])


def test_the_secret_is_in_no_later_answer(emulator: EmulatorClient) -> None:
    created = create(emulator).json()
    path = f"{PATH}/{created['webhook_endpoint_id']}"
    answers = [emulator.http.get(path), emulator.http.get(PATH), emulator.http.patch(path, json={"status": "disabled"})]
    assert all(created["signing_secret"] not in answer.text for answer in answers)


def test_omitted_events_mean_all_events(emulator: EmulatorClient) -> None:
    assert create(emulator, {"url": "https://a.example"}).json()["enabled_events"] == ["*"]


def test_update_changes_the_given_fields(emulator: EmulatorClient) -> None:
    created = create(emulator).json()
    path = f"{PATH}/{created['webhook_endpoint_id']}"
    updated = emulator.http.patch(path, json={"status": "disabled"}).json()
    assert updated == {**{name: created[name] for name in created if name != "signing_secret"}, "status": "disabled"}
    assert emulator.http.get(path).json() == updated


def test_delete_answers_as_documented_and_is_final(emulator: EmulatorClient) -> None:
    path = f"{PATH}/{create(emulator).json()['webhook_endpoint_id']}"
    assert emulator.http.delete(path).json() == {"webhook_endpoint_id": path.rpartition("/")[2], "deleted": True}
    assert emulator.http.get(path).status_code == emulator.http.delete(path).status_code == 404
    assert "not_found" in emulator.http.get(path).text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer md_test_unknown"}, 401),
        ({"Authorization": "Basic md_test_emulator"}, 401),
        ({"Authorization": f"Bearer {READ_ONLY_KEY}"}, 403),
        ({"MD-Version": ""}, 400),
    ],
)
def test_a_request_with_invalid_headers_changes_nothing(
    emulator: EmulatorClient, headers: dict[str, str], status: int
) -> None:
    assert emulator.http.post(PATH, json=BODY, headers=headers).status_code == status
    assert emulator.truth() == {}


def test_a_read_only_key_may_read(emulator: EmulatorClient) -> None:
    (endpoint_id,) = emulator.seed(1)
    reader = {"Authorization": f"Bearer {READ_ONLY_KEY}"}
    answers = [emulator.http.get(path, headers=reader) for path in (PATH, f"{PATH}/{endpoint_id}")]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_environments_do_not_see_each_other(emulator: EmulatorClient) -> None:
    (endpoint_id,) = emulator.seed(1, "production")
    assert emulator.http.get(f"{PATH}/{endpoint_id}").status_code == 404
    live = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
    assert emulator.http.get(f"{PATH}/{endpoint_id}", headers=live).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": 7},
        {"url": "example.com"},
        {"url": "ftp://example.com"},
        {"url": "https://a.example", "enabled_events": []},
        {"url": "https://a.example", "enabled_events": "a"},
        {"url": "https://a.example", "enabled_events": [7]},
        {"url": "https://a.example", "status": "disabled"},
        [],
    ],
)
def test_invalid_bodies_are_refused(emulator: EmulatorClient, body: object) -> None:
    assert create(emulator, body).status_code == 422
    assert emulator.truth() == {}


def test_http_urls_are_valid_in_the_sandbox_only(emulator: EmulatorClient) -> None:
    body = {"url": "http://localhost:3000"}
    assert create(emulator, body).status_code == 201
    assert create(emulator, body, Authorization=f"Bearer {PRODUCTION_KEY}").status_code == 422


@pytest.mark.parametrize("limit", ["0", "101", "x"])
def test_limit_is_from_1_to_100(emulator: EmulatorClient, limit: str) -> None:
    assert emulator.http.get(PATH, params={"limit": limit}).status_code == 422


def test_limit_is_20_by_default(emulator: EmulatorClient) -> None:
    emulator.seed(30)
    page = emulator.http.get(PATH).json()
    assert (page["object"], len(page["data"]), page["has_more"]) == ("list", 20, True)


def test_cursors_go_both_ways(emulator: EmulatorClient) -> None:
    newest_first = emulator.seed(5)[::-1]

    def ids(**params: str | int) -> tuple[list[str], bool]:
        page = emulator.http.get(PATH, params=params).json()
        return [endpoint["webhook_endpoint_id"] for endpoint in page["data"]], page["has_more"]

    assert ids(limit=2, starting_after=newest_first[1]) == (newest_first[2:4], True)
    assert ids(limit=2, starting_after=newest_first[3]) == (newest_first[4:], False)
    assert ids(limit=2, ending_before=newest_first[3]) == (newest_first[1:3], True)
    assert ids(limit=2, ending_before=newest_first[1]) == (newest_first[:1], False)
    assert emulator.http.get(PATH, params={"starting_after": "we_none"}).status_code == 400


def test_the_same_key_and_body_give_the_same_answer_with_its_secret(emulator: EmulatorClient) -> None:
    first, again = (create(emulator, Idempotency_Key="key-1") for _ in range(2))
    assert first.json() == again.json()
    assert len(emulator.truth()) == 1


def test_the_same_key_with_another_body_is_an_error(emulator: EmulatorClient) -> None:
    create(emulator, Idempotency_Key="key-1")
    assert create(emulator, {"url": "https://other.example"}, Idempotency_Key="key-1").status_code == 422
    assert len(emulator.truth()) == 1


def test_a_create_without_a_key_is_not_the_create_of_the_key_none(emulator: EmulatorClient) -> None:
    first = create(emulator, Idempotency_Key="None").json()
    create(emulator)
    assert create(emulator, Idempotency_Key="None").json() == first


def test_an_expired_key_creates_again(emulator: EmulatorClient) -> None:
    create(emulator, Idempotency_Key="key-1")
    emulator.expire_keys()
    create(emulator, Idempotency_Key="key-1")
    assert len(emulator.truth()) == 2
    emulator.assume(key_life_seconds=0)
    create(emulator, Idempotency_Key="key-1")
    assert len(emulator.truth()) == 3


def test_a_key_whose_request_failed_can_be_used_again(emulator: EmulatorClient) -> None:
    assert create(emulator, {"url": "x"}, Idempotency_Key="key-1").status_code == 422
    assert create(emulator, Idempotency_Key="key-1").status_code == 201


def test_a_replay_can_come_without_the_secret(emulator: EmulatorClient) -> None:
    emulator.assume(replay_without_secret=True)
    first, again = (create(emulator, Idempotency_Key="key-1").json() for _ in range(2))
    assert "signing_secret" in first
    assert "signing_secret" not in again


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("nested", {"error": {"code": "not_found"}}),
        ("flat", {"code": "not_found"}),
        ("list", {"errors": [{"type": "not_found"}]}),
        ("string", {"error": "not_found"}),
        ("problem", {"title": "not_found"}),
    ],
)
def test_the_shape_of_errors_can_be_varied(emulator: EmulatorClient, shape: str, body: dict[str, object]) -> None:
    emulator.assume(error_shape=shape)
    answer = emulator.http.get(f"{PATH}/we_none").json()
    assert set(body) <= set(answer)
    assert "not_found" in str(answer)


def test_the_form_of_answers_can_be_varied(emulator: EmulatorClient) -> None:
    emulator.assume(event_order="reversed", extra_fields=True, request_id_header=False)
    response = create(emulator, {"url": "https://a.example", "enabled_events": ["a", "c", "b"]})
    assert response.json()["enabled_events"] == ["c", "b", "a"]
    assert "metadata" in response.json()
    assert "MD-Request-Id" not in response.headers


def test_the_log_shows_requests_without_secrets(emulator: EmulatorClient) -> None:
    create(emulator, Idempotency_Key="key-SECRET")
    (entry,) = emulator.requests()
    assert (entry["method"], entry["path"], entry["status"]) == ("POST", PATH, 201)
    assert "SECRET" not in str(entry)
    assert "md_test" not in str(entry)
    assert "whsec" not in str(entry)


def test_an_unknown_route_is_not_a_missing_endpoint(emulator: EmulatorClient) -> None:
    response = emulator.http.get("/v2/webhook_endpoints")
    assert response.status_code == 404
    assert "not_found" not in response.text


def test_the_api_keys_can_be_replaced(emulator: EmulatorClient) -> None:
    emulator.keys(md_test_new={"environment": "sandbox"})
    assert emulator.http.get(PATH).status_code == 401
    assert emulator.http.get(PATH, headers={"Authorization": "Bearer md_test_new"}).status_code == 200


@pytest.mark.parametrize("model", [Assumptions, Fault])
def test_the_documentation_lists_all_that_can_be_varied(model: type[BaseModel]) -> None:
    assert [name for name in model.model_fields if f"`{name}`" not in DOCUMENTATION] == []


@pytest.mark.parametrize("names", [UrlRule, EventRule, GatewayName, ErrorShape])
def test_the_documentation_lists_every_rule_and_gateway(names: object) -> None:
    assert [name for name in get_args(names) if f"`{name}`" not in DOCUMENTATION] == []


def test_the_documentation_lists_the_keys_of_a_new_emulator() -> None:
    assert [key for key in State().api_keys if f"`{key}`" not in DOCUMENTATION] == []


def test_an_endpoint_whose_url_has_a_lone_surrogate_is_listed_among_all(emulator: EmulatorClient) -> None:
    emulator.http.post(PATH, content=b'{"url": "https://example.com/\\ud800"}').raise_for_status()
    assert [endpoint["url"] for endpoint in emulator.truth().values()] == ["https://example.com/\ud800"]
