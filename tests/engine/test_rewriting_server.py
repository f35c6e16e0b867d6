"""A server that stores URLs and events in a form of its own, on the real engine at both doors."""

import json
from collections.abc import Callable, Iterator

import pulumi
import pytest

from support.programs import Program
from support.rewriting_api import COLLECTION, Fields, RewritingApi, rewriting_api
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment

TOKEN = "T0k3nOfTheHook"
URL = "https://h\u00fctte.example/%2fhooks"
DOORS = ["dynamic", "plugin"]


def stored(fields: Fields) -> Fields:
    """Punycode, the case of escapes, lower case; all events by their names, sorted, and one more."""
    made = dict(fields)
    if "url" in fields:
        made["url"] = fields["url"].replace("h\u00fctte", "xn--htte-0ra").replace("%2f", "%2F").lower() + "/"
    if "enabled_events" in fields:
        given = fields["enabled_events"]
        made["enabled_events"] = sorted({*(["a", "b", "c"] if given == ["*"] else given), "ping"})
    return made


@pytest.fixture
def api() -> Iterator[RewritingApi]:
    with rewriting_api() as serving:
        serving.reset(stored)
        yield serving


@pytest.mark.parametrize("door", DOORS)
def test_a_rewriting_server_is_quiet_and_its_changes_are_drift(
    deploy: Callable[..., Deployment], api: RewritingApi, door: str
) -> None:
    program = Program(door, url=URL, enabled_events=["b", "a"])
    deployment = deploy(program, {"baseUrl": api.url})
    deployment.up_clean()
    ((endpoint_id, made),) = api.endpoints.items()
    assert made["url"] == "https://xn--htte-0ra.example/%2fhooks/"
    assert deployment.resources()["orders"]["outputs"]["url"] == URL

    program.arguments.update(url=f"{URL}?A=1", enabled_events=None)
    assert deployment.preview() == {"same": 1, "update": 1}
    deployment.up_clean()
    assert api.writes[-1] == ("PATCH", {"url": f"{URL}?A=1", "enabled_events": ["*"]})

    api.edit(endpoint_id, enabled_events=["a", "ping"])
    assert deployment.preview(refresh=True) == {"same": 1, "update": 1}
    deployment.refresh()
    assert deployment.preview() == {"same": 1, "update": 1}
    deployment.up_clean()
    assert api.writes[-1] == ("PATCH", {"enabled_events": ["*"]})
    deployment.destroy()
    assert api.endpoints == {}


@pytest.mark.parametrize("door", DOORS)
def test_an_adoption_from_a_rewriting_server_is_one_patch(
    deploy: Callable[..., Deployment], api: RewritingApi, door: str
) -> None:
    endpoint_id = api.answer("POST", COLLECTION, {"url": URL})[1]["webhook_endpoint_id"]
    deployment = deploy(Program(door, url=URL, enabled_events=None, adopt=endpoint_id), {"baseUrl": api.url})
    deployment.up_clean()
    deployment.up_clean()
    assert [method for method, _ in api.writes] == ["POST", "PATCH"]


def test_an_import_from_a_rewriting_server_is_one_patch(deploy: Callable[..., Deployment], api: RewritingApi) -> None:
    endpoint_id = api.answer("POST", COLLECTION, {"url": URL})[1]["webhook_endpoint_id"]
    opts = pulumi.ResourceOptions(import_=endpoint_id)
    deployment = deploy(Program("plugin", url=URL, enabled_events=None, opts=opts), {"baseUrl": api.url})
    deployment.up_clean()
    deployment.up_clean()
    assert [method for method, _ in api.writes] == ["POST", "PATCH"]


@pytest.mark.parametrize("door", DOORS)
def test_the_servers_form_of_a_secret_url_is_encrypted(
    deploy: Callable[..., Deployment], api: RewritingApi, door: str
) -> None:
    def program() -> None:
        RESOURCE_BY_DOOR[door]("orders", url=pulumi.Output.secret(f"{URL}/{TOKEN}"))

    deployment = deploy(program, {"baseUrl": api.url})
    deployment.up_clean()
    deployment.refresh()
    echo = deployment.resources()["orders"]["outputs"]["echo"]
    assert TOKEN.lower() in json.dumps(echo)
    api.edit(next(iter(api.endpoints)), url=f"https://other.example/{TOKEN}")
    deployment.refresh()
    deployment.up_clean()
    assert TOKEN.lower() not in deployment.state_file().lower()
    assert TOKEN.lower() not in "".join(deployment.output).lower()
