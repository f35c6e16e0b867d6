"""Several organizations in one emulator: each key sees the endpoints of its own, in its own environment."""

import httpx
import pytest

from pulumi_kinetic.errors import KineticError
from support.emulator import KEY, PRODUCTION_KEY, SECOND_ORGANIZATION_KEY, EmulatorClient

PATH = "/v1/webhook_endpoints"
BODY = {"url": "https://example.com/hooks"}


def request(emulator: EmulatorClient, key: str, method: str, path: str = PATH, **options: object) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "key-1"}
    return emulator.http.request(method, path, headers=headers, json=options.get("json"))


@pytest.mark.parametrize(
    ("method", "body"), [("GET", None), ("PATCH", {"status": "disabled"}), ("DELETE", None)], ids=str
)
def test_an_endpoint_of_another_organization_does_not_exist(
    emulator: EmulatorClient, method: str, body: object
) -> None:
    (endpoint_id,) = emulator.seed(1)
    before = emulator.truth()
    answer = request(emulator, SECOND_ORGANIZATION_KEY, method, f"{PATH}/{endpoint_id}", json=body)
    assert answer.status_code == 404
    assert "not_found" in answer.text
    assert emulator.truth() == before


def test_a_listing_has_the_endpoints_of_one_organization_and_environment(emulator: EmulatorClient) -> None:
    seeded = {
        KEY: emulator.seed(2),
        PRODUCTION_KEY: emulator.seed(1, "production"),
        SECOND_ORGANIZATION_KEY: emulator.seed(3, organization="second"),
    }
    listed = {
        key: [endpoint["webhook_endpoint_id"] for endpoint in request(emulator, key, "GET").json()["data"]][::-1]
        for key in seeded
    }
    assert listed == seeded


def test_each_organization_has_its_own_idempotency_keys(emulator: EmulatorClient) -> None:
    ids = [request(emulator, key, "POST", json=BODY).json()["webhook_endpoint_id"] for key in 2 * [KEY]]
    other = request(emulator, SECOND_ORGANIZATION_KEY, "POST", json=BODY).json()["webhook_endpoint_id"]
    assert ids[0] == ids[1] != other
    assert {endpoint["organization"] for endpoint in emulator.truth().values()} == {"first", "second"}


def test_answers_do_not_name_the_organization(emulator: EmulatorClient) -> None:
    assert "organization" not in request(emulator, KEY, "POST", json=BODY).json()


def test_a_test_can_set_up_organizations_of_its_own(emulator: EmulatorClient) -> None:
    emulator.keys(
        md_test_writer={"organization": "acme"},
        md_test_reader={"organization": "acme", "scopes": ["webhook_endpoints:read"]},
    )
    (endpoint_id,) = emulator.seed(1, organization="acme")
    item = f"{PATH}/{endpoint_id}"
    assert [request(emulator, "md_test_reader", "GET", path).status_code for path in (PATH, item)] == [200, 200]
    writes = [
        request(emulator, "md_test_reader", *call, json=BODY)
        for call in (("POST", PATH), ("PATCH", item), ("DELETE", item))
    ]
    assert [answer.status_code for answer in writes] == [403, 403, 403]
    assert request(emulator, KEY, "GET").status_code == 401
    assert request(emulator, "md_test_writer", "DELETE", item).status_code == 200


@pytest.mark.parametrize("status", ["suspended", "pending", "Enabled", ""])
def test_an_endpoint_can_get_any_status(emulator: EmulatorClient, status: str) -> None:
    (endpoint_id,) = emulator.seed(1)
    emulator.edit(endpoint_id, status=status)
    assert emulator.http.get(f"{PATH}/{endpoint_id}").json()["status"] == status
    assert emulator.http.patch(f"{PATH}/{endpoint_id}", json={"status": status}).status_code == 422


def test_a_new_endpoint_can_begin_with_another_status(emulator: EmulatorClient) -> None:
    emulator.assume(new_status="pending")
    assert emulator.http.post(PATH, json=BODY).json()["status"] == "pending"


def test_a_change_of_an_endpoint_that_does_not_exist_is_refused(emulator: EmulatorClient) -> None:
    with pytest.raises(KineticError, match="no webhook endpoint we_none"):
        emulator.edit("we_none", status="suspended")
