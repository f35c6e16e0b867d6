"""The testing kit's emulator, as a user has it."""

import json
import subprocess
import sys

import httpx
import pytest
from pydantic import ValidationError

import pulumi_kinetic as kinetic
from pulumi_kinetic import testing
from pulumi_kinetic.client import Client
from pulumi_kinetic.settings import Settings
from pulumi_kinetic.testing import Emulator, Fault

PATH = "/v1/webhook_endpoints"
BODY = {"url": "https://example.com/hooks", "enabled_events": ["a"]}


def api_of(emulator: Emulator, api_key: str = "") -> httpx.Client:
    headers = {"Authorization": f"Bearer {api_key or emulator.api_key}", "MD-Version": "2026-06-11"}
    return httpx.Client(base_url=emulator.url, headers=headers)


def test_an_emulator_serves_while_its_block_runs_and_no_longer() -> None:
    with testing.emulator() as first, testing.emulator() as second:
        assert first.url != second.url
        first.seed(1)
        assert (len(first.endpoints()), len(second.endpoints())) == (1, 0)
        api = Client(Settings.model_validate({"api_key": first.api_key, "base_url": first.url}))
        assert [endpoint.webhook_endpoint_id for endpoint in api.list()] == [*first.endpoints()]
        api.close()
    with pytest.raises(httpx.ConnectError), api_of(first) as api_no_more:
        api_no_more.get(PATH)


def test_endpoints_are_typed_and_their_repr_hides_the_secret(kinetic_emulator: Emulator) -> None:
    with api_of(kinetic_emulator) as api:
        created = api.post(PATH, json=BODY).json()
    ((endpoint_id, endpoint),) = kinetic_emulator.endpoints().items()
    assert (endpoint_id, endpoint.url, endpoint.enabled_events) == (created["webhook_endpoint_id"], BODY["url"], ["a"])
    assert endpoint.signing_secret == created["signing_secret"]
    assert endpoint.signing_secret not in repr(endpoint)


def test_requests_are_those_of_the_api_and_not_the_kits_own(kinetic_emulator: Emulator) -> None:
    (endpoint_id,) = kinetic_emulator.seed(1)
    kinetic_emulator.edit(endpoint_id, status="disabled")
    with api_of(kinetic_emulator) as api:
        api.post(PATH, json=BODY)
        api.get(PATH)
    assert [request["method"] for request in kinetic_emulator.requests()] == ["POST", "GET"]
    (create,) = kinetic_emulator.requests("POST")
    assert (json.loads(create["body"]), create["status"]) == (BODY, 201)
    kinetic_emulator.clear_log()
    assert kinetic_emulator.requests() == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429, times=2, headers={"Retry-After": "1"}),
        {"status": 429, "times": 2, "headers": {"Retry-After": "1"}},
    ],
)
def test_a_fault_is_for_requests_of_the_api_alone(kinetic_emulator: Emulator, fault: Fault) -> None:
    kinetic_emulator.faults(fault)
    kinetic_emulator.edit(*kinetic_emulator.seed(1), status="disabled")
    with api_of(kinetic_emulator) as api:
        answers = [api.get(PATH) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"


def test_faults_are_taken_back(kinetic_emulator: Emulator) -> None:
    kinetic_emulator.faults(Fault(status=500, times=100))
    kinetic_emulator.faults()
    with api_of(kinetic_emulator) as api:
        assert api.get(PATH).status_code == 200


@pytest.mark.parametrize("key", ["md_test_emulator", "md_live_emulator", "md_test_second"])
def test_an_endpoint_of_any_account_is_edited_and_removed(kinetic_emulator: Emulator, key: str) -> None:
    with api_of(kinetic_emulator, key) as api:
        endpoint_id = api.post(PATH, json=BODY).json()["webhook_endpoint_id"]
        kinetic_emulator.edit(endpoint_id, url="https://example.com/edited", status="suspended")
        edited = api.get(f"{PATH}/{endpoint_id}").json()
        assert (edited["url"], edited["status"]) == ("https://example.com/edited", "suspended")
        assert edited["enabled_events"] == ["a"]
        kinetic_emulator.remove(endpoint_id)
        assert api.get(f"{PATH}/{endpoint_id}").status_code == 404


def test_a_reset_makes_it_new(kinetic_emulator: Emulator) -> None:
    kinetic_emulator.seed(2, environment="production", organization="second")
    kinetic_emulator.keys(md_test_other={"organization": "other"})
    kinetic_emulator.assume(gateway="html_502")
    kinetic_emulator.faults(Fault(status=500))
    kinetic_emulator.reset()
    with api_of(kinetic_emulator) as api:
        assert api.get(PATH).json()["data"] == []
    with api_of(kinetic_emulator, "md_test_other") as other:
        assert other.get(PATH).status_code == 401


def test_an_expired_idempotency_key_makes_another_endpoint(kinetic_emulator: Emulator) -> None:
    with api_of(kinetic_emulator) as api:
        headers = {"Idempotency-Key": "k"}
        ids = [api.post(PATH, json=BODY, headers=headers).json()["webhook_endpoint_id"] for _ in range(2)]
        kinetic_emulator.expire_keys()
        ids.append(api.post(PATH, json=BODY, headers=headers).json()["webhook_endpoint_id"])
    assert ids[0] == ids[1] != ids[2]


def test_what_there_is_not_is_refused_by_name(kinetic_emulator: Emulator) -> None:
    with pytest.raises(ValidationError, match="statsu"):
        kinetic_emulator.faults({"statsu": 500})
    with pytest.raises(ValidationError, match="gatway"):
        kinetic_emulator.assume(gatway="empty")
    with pytest.raises(ValidationError, match="organisation"):
        kinetic_emulator.keys(md_test_b={"organisation": "b"})
    with pytest.raises(
        kinetic.KineticError, match=r"refused PATCH endpoints/we_none \(404\): .*no webhook endpoint we_none"
    ):
        kinetic_emulator.edit("we_none", status="disabled")
    with pytest.raises(kinetic.KineticError, match=r"refused DELETE endpoints/we_none \(404\)"):
        kinetic_emulator.remove("we_none")
    with pytest.raises(kinetic.KineticError, match=r"refused POST seed \(422\)"):
        kinetic_emulator.seed(10_001)


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with testing.emulator() as running:
        assert len(running.seed(1)) == 1


def test_a_missing_extra_is_named_when_an_emulator_is_started() -> None:
    """In a process of its own: this one has imported the packages."""
    code = """
import sys
for name in ("fastapi", "starlette", "uvicorn"):
    sys.modules[name] = None
from pulumi_kinetic import testing
try:
    with testing.emulator():
        pass
except Exception as error:
    print(type(error).__name__, error, sep=": ")
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)  # noqa: S603 our own code
    assert ran.stdout.startswith("KineticError: the emulator needs more packages (")
    assert ran.stdout.endswith(" is missing): install pulumi-kinetic[emulator]\n")
