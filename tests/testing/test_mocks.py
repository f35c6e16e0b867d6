"""The testing kit's mocks: the real checks, without engine and network."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from pulumi_kinetic.testing import CheckError, Mocks
from support.mocks import run, values_of, void
from support.sdk import RESOURCE_BY_DOOR

URL = "https://example.com/hooks"
# With mocks of any kind, the SDK leaves event loops of its threads open, and tasks of a program that failed undone.
pytestmark = [
    pytest.mark.usefixtures("runtime"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(params=["dynamic", "plugin"])
def declare(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """The class of each door: of this package, and of an SDK that Pulumi generates."""
    return RESOURCE_BY_DOOR[request.param]


def test_an_endpoint_gets_plausible_outputs_that_are_made_up(declare: Callable[..., Any]) -> None:
    seen: dict[str, Any] = {}

    async def program() -> None:
        names = (
            "id",
            "webhook_endpoint_id",
            "url",
            "enabled_events",
            "status",
            "created_at",
            "environment",
            "signing_secret",
        )
        seen.update(await values_of(declare("orders", url=URL, enabled_events=["a"]), *names))

    run(program)
    assert seen == {
        "id": ("we_mock_orders", False),
        "webhook_endpoint_id": ("we_mock_orders", False),
        "url": (URL, False),
        "enabled_events": (["a"], False),
        "status": ("enabled", False),
        "created_at": ("2026-01-01T00:00:00Z", False),
        "environment": ("sandbox", False),
        "signing_secret": ("whsec_mock_orders", True),
    }


def test_all_events_and_no_status_are_what_they_mean(declare: Callable[..., Any]) -> None:
    seen: dict[str, Any] = {}

    async def program() -> None:
        seen.update(await values_of(declare("orders", url=URL, status=None), "enabled_events", "status"))

    run(program)
    assert seen == {"enabled_events": (None, False), "status": ("enabled", False)}


REFUSED = [
    ({"url": "ftp://example.com/TOKEN"}, ["url must begin with https://", 'Given: "ftp://example.com"']),
    ({"url": "example.com"}, ["url must be an absolute URL"]),
    ({"url": "https://user:password@example.com"}, ["url must not contain a user name or password"]),
    ({"url": URL, "enabled_events": []}, ["enabledEvents must not be empty"]),
    ({"url": URL, "enabled_events": ["*", "a"]}, ['enabledEvents must not mix "*" with other names']),
    ({"url": URL, "status": "on"}, ['status must be "enabled" or "disabled"', 'Given: "on"']),
    ({"url": URL, "adopt": "orders"}, ["adopt must be the id of an existing endpoint"]),
    ({"url": URL, "existing_signing_secret": "whsec_1"}, ["existingSigningSecret belongs to an endpoint that exists"]),
    ({"url": "x", "status": "y"}, ["orders: url must", 'orders: status must be "enabled"']),
]


@pytest.mark.parametrize(("declared", "told"), REFUSED)
@pytest.mark.parametrize("preview", [False, True])
def test_a_mistake_is_refused_as_a_preview_refuses_it(
    declare: Callable[..., Any], declared: dict[str, Any], told: list[str], *, preview: bool
) -> None:
    with pytest.raises(CheckError) as raised:
        run(lambda: void(declare("orders", **declared)), preview=preview)
    assert raised.value.resource == "orders"
    assert str(raised.value).startswith("orders: ")
    assert all(text in str(raised.value) for text in told)
    assert "TOKEN" not in str(raised.value)


def test_a_refused_endpoint_is_not_created(declare: Callable[..., Any]) -> None:
    mocks = Mocks()
    with pytest.raises(CheckError):
        run(lambda: void(declare("orders", url="ftp://example.com")), mocks)
    assert mocks.endpoints == {}


def test_http_is_accepted_in_the_sandbox_alone(declare: Callable[..., Any]) -> None:
    assert run(lambda: void(declare("orders", url="http://example.com"))).endpoints
    with pytest.raises(CheckError, match="only the sandbox also accepts http://"):
        run(lambda: void(declare("orders", url="http://example.com")), Mocks(environment="production"))


def test_the_environment_is_an_output(declare: Callable[..., Any]) -> None:
    seen: dict[str, Any] = {}

    async def program() -> None:
        seen.update(await values_of(declare("orders", url=URL), "environment"))

    run(program, Mocks(environment="production"))
    assert seen == {"environment": ("production", False)}


def test_a_secret_input_stays_secret_and_out_of_the_error(declare: Callable[..., Any]) -> None:
    seen: dict[str, Any] = {}

    async def program() -> None:
        resource = declare("orders", url=pulumi.Output.secret(f"{URL}/TOKEN"), status=pulumi.Output.secret("disabled"))
        seen.update(await values_of(resource, "url", "status"))

    run(program)
    assert seen == {"url": (f"{URL}/TOKEN", True), "status": ("disabled", True)}
    with pytest.raises(CheckError, match="status must be") as raised:
        run(lambda: void(declare("orders", url=URL, status=pulumi.Output.secret("s3cr3t"))))
    assert "s3cr3t" not in str(raised.value)


def test_an_adopted_endpoint_has_the_id_and_secret_that_it_is_given(declare: Callable[..., Any]) -> None:
    seen: dict[str, Any] = {}

    async def program() -> None:
        kept = declare("kept", url=URL, adopt="we_1", existing_signing_secret="whsec_1")
        lost = declare("lost", url=URL, adopt="we_2")
        names = ("webhook_endpoint_id", "signing_secret")
        seen.update(kept=await values_of(kept, *names), lost=await values_of(lost, *names))

    run(program)
    assert seen["kept"] == {"webhook_endpoint_id": ("we_1", False), "signing_secret": ("whsec_1", True)}
    assert seen["lost"]["webhook_endpoint_id"] == ("we_2", False)
    assert seen["lost"]["signing_secret"][0] is None


def test_a_preview_knows_what_is_declared_and_nothing_else(declare: Callable[..., Any]) -> None:
    seen: dict[str, Any] = {}

    async def program() -> None:
        first = declare("first", url=URL)
        second = declare("second", url=first.created_at, enabled_events=["a", first.webhook_endpoint_id])
        for name in ("id", "webhook_endpoint_id", "created_at", "signing_secret", "url"):
            seen[name] = await getattr(first, name).is_known()
        seen["url of an unknown"] = await second.url.is_known()

    mocks = run(program, preview=True)
    assert {name for name, is_known in seen.items() if is_known} == {"url"}
    assert mocks.endpoints == {}


def test_names_alike_get_ids_of_their_own(declare: Callable[..., Any]) -> None:
    def program() -> None:
        for parent in ("a", "b", "c"):
            component = pulumi.ComponentResource("shop:index:Receiver", parent)
            declare("orders/new", url=URL, opts=pulumi.ResourceOptions(parent=component))

    assert sorted(run(program).endpoints) == ["we_mock_orders-new", "we_mock_orders-new-2", "we_mock_orders-new-3"]


class Secret(pulumi.CustomResource):
    """Another package's resource."""

    value: pulumi.Output[str]

    def __init__(self, name: str, value: pulumi.Input[str]) -> None:
        super().__init__("vault:index:Secret", name, {"value": value})


def test_another_resource_gets_its_inputs_as_outputs(declare: Callable[..., Any]) -> None:
    seen: dict[str, Any] = {}

    async def program() -> None:
        secret = Secret("copy", value=declare("orders", url=URL).signing_secret)
        seen.update(await values_of(secret, "id", "value"))

    assert list(run(program).endpoints) == ["we_mock_orders"]
    assert seen == {"id": ("copy-id", False), "value": ("whsec_mock_orders", True)}


def test_a_subclass_answers_for_other_packages() -> None:
    class WithVault(Mocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
            if args.typ == "vault:index:Secret":
                return "path/of/it", {"value": "kept"}
            return super().new_resource(args)

    seen: dict[str, Any] = {}

    async def program() -> None:
        seen.update(await values_of(Secret("copy", value="x"), "id", "value"))

    run(program, WithVault())
    assert seen == {"id": ("path/of/it", False), "value": ("kept", False)}
