"""The secret of an endpoint rotated step by step, with the requests of docs/contributing/design.md#rotation."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.programs import URL, expect_truth
from support.rotation import Rotation
from support.sdk import Provider
from support.stack import Deployment

DISABLE, ENABLE = '{"status":"disabled"}', '{"status":"enabled"}'
ONE, BOTH = ("enabled",), ("enabled", "enabled")
FIRST, SECOND = ("enabled", "disabled"), ("disabled", "enabled")


@pytest.fixture
def rotation(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> Rotation:
    return Rotation(deploy(lambda: None), emulator)


def test_each_step_of_a_rotation_sends_what_the_design_says(rotation: Rotation) -> None:
    assert rotation.step(1) == [("POST", 1, None)]
    assert rotation.expect_outputs() == (1, None)
    assert rotation.step(1, 2) == [("POST", 2, None), ("PATCH", 2, DISABLE)]
    assert rotation.seen == [ONE, BOTH, FIRST]
    assert rotation.expect_outputs() == (1, 2)
    assert rotation.step(2, 1) == [("PATCH", 2, ENABLE), ("PATCH", 1, DISABLE)]
    assert rotation.seen == [FIRST, BOTH, SECOND]
    assert rotation.expect_outputs() == (2, 1)
    assert rotation.step(2) == [("DELETE", 1, None)]
    assert rotation.seen == [SECOND, ONE]
    assert rotation.expect_outputs() == (2, None)


def test_prepare_and_switch_can_be_taken_back(rotation: Rotation) -> None:
    rotation.begin(1, 2)
    truth = rotation.emulator.truth()
    rotation.begin(2, 1)
    assert rotation.step(1, 2) == [("PATCH", 1, ENABLE), ("PATCH", 2, DISABLE)]
    assert rotation.seen == [SECOND, BOTH, FIRST]
    assert rotation.emulator.truth() == truth
    assert rotation.expect_outputs() == (1, 2)
    assert rotation.step(1) == [("DELETE", 2, None)]
    assert rotation.expect_outputs() == (1, None)


def test_a_leaked_secret_is_replaced_in_one_run(rotation: Rotation) -> None:
    rotation.begin(1)
    assert rotation.step(2) == [("POST", 2, None), ("DELETE", 1, None)]
    assert rotation.seen == [ONE, BOTH, ONE]
    assert rotation.expect_outputs() == (2, None)


@pytest.mark.parametrize(
    ("before", "after", "requests"),
    [
        ((1, 2), (2, None), [("PATCH", 2, ENABLE), ("DELETE", 1, None)]),
        ((1, None), (2, 1), [("POST", 2, None), ("PATCH", 1, DISABLE)]),
        ((1, 2), (3, None), [("POST", 3, None), ("DELETE", 2, None), ("DELETE", 1, None)]),
    ],
)
def test_a_step_that_is_left_out_leaves_no_gap(
    rotation: Rotation, before: tuple[int, int | None], after: tuple[int, int | None], requests: list[Any]
) -> None:
    rotation.begin(*before)
    assert rotation.step(*after) == requests
    assert rotation.expect_outputs() == after


def test_both_endpoints_change_with_the_url_the_current_one_first(rotation: Rotation) -> None:
    rotation.begin(1, 2)
    rotation.url = f"{URL}/new"
    body = f'{{"url":"{URL}/new"}}'
    assert rotation.step(1, 2) == [("PATCH", 1, body), ("PATCH", 2, body)]


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [((1, 2), (2, 1), "PATCH"), ((1, 2), (2, None), "PATCH"), ((1, None), (2, None), "POST")],
)
def test_the_old_endpoint_delivers_on_where_the_new_one_can_not_be_had(
    rotation: Rotation, before: tuple[int, int | None], after: tuple[int, int | None], fault: str
) -> None:
    rotation.begin(*before)
    truth = rotation.emulator.truth()
    path = list(truth)[-1] if fault == "PATCH" else ""  # of the new one alone: the old one could be disabled
    rotation.fails(*after, fault={"method": fault, "path": path, "status": 400, "commit": False})
    assert rotation.emulator.truth() == truth
    rotation.step(*after)
    assert rotation.expect_outputs() == after


def test_a_plain_endpoint_of_that_name_becomes_the_first_generation_without_a_request(rotation: Rotation) -> None:
    rotation.declare = lambda: void(kinetic.WebhookEndpoint("orders", url=URL))
    rotation.up()
    truth = rotation.emulator.truth()
    rotation.declare = None
    for standby in (None, 2):
        requests = rotation.step(1, standby)
        assert [request for request in requests if request[1] == 1] == []
        assert rotation.expect_outputs() == (1, standby)
    assert truth.items() <= rotation.emulator.truth().items()


def test_an_endpoint_of_a_component_moves_in_beside_it_and_the_component_can_be_renamed(rotation: Rotation) -> None:
    def options(**more: Any) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=pulumi.ComponentResource("shop:index:Shop", "shop"), **more)

    rotation.declare = lambda: void(kinetic.WebhookEndpoint("orders", url=URL, opts=options()))
    rotation.up()
    truth = rotation.emulator.truth()
    rotation.declare = lambda: void(kinetic.RotatingWebhookEndpoint("orders", url=URL, opts=options()))
    rotation.up_clean()
    aliased = [pulumi.Alias(name="orders")]
    rotation.declare = lambda: void(kinetic.RotatingWebhookEndpoint("hooks", url=URL, opts=options(aliases=aliased)))
    rotation.up_clean()
    assert list(rotation.deployment.resources()) == ["hooks-1"]
    assert rotation.emulator.truth() == truth
    assert len(rotation.emulator.requests("POST", "PATCH", "DELETE")) == 1


def test_an_adopted_endpoint_whose_secret_is_lost_gets_one_that_is_known(rotation: Rotation) -> None:
    (made,) = rotation.emulator.seed(1)
    url = rotation.emulator.truth()[made]["url"]
    rotation.declare = lambda: void(kinetic.WebhookEndpoint("orders", url=url, adopt=made))
    rotation.deployment.up()
    rotation.declare, rotation.url = None, url
    handed_out = []
    for rotation.current, rotation.standby in [(1, None), (1, 2), (2, 1), (2, None)]:
        outputs = rotation.deployment.up_clean().outputs
        handed_out.append((outputs["secret"].value if "secret" in outputs else None, outputs["secrets"].value))
    ((_, last),) = rotation.emulator.truth().items()
    known = last["signing_secret"]
    assert handed_out == [(None, []), (None, [known]), (known, [known]), (known, [known])]


@pytest.mark.parametrize("names", [("plain", "rotating"), ("rotating", "plain")])
def test_a_rotating_endpoint_beside_the_plain_one_of_its_name_is_refused_without_a_request(
    rotation: Rotation, names: tuple[str, str]
) -> None:
    declarations: dict[str, Callable[[], None]] = {
        "plain": lambda: void(kinetic.WebhookEndpoint("orders", url=URL)),
        "rotating": lambda: void(kinetic.RotatingWebhookEndpoint("orders", url=URL)),
    }
    rotation.declare = declarations["plain"]
    rotation.up()
    truth = rotation.emulator.truth()
    rotation.declare = lambda: void([declarations[name]() for name in names])
    assert "Duplicate resource" in rotation.deployment.fails(rotation.deployment.up)
    assert rotation.emulator.truth() == truth
    assert len(rotation.emulator.requests("POST", "PATCH", "DELETE")) == 1
    expect_truth(rotation.deployment, rotation.emulator)


def test_providers_are_refused_in_a_line_without_a_traceback(rotation: Rotation) -> None:
    def with_providers() -> None:
        provider = Provider("production", api_key="key", base_url=rotation.emulator.url)
        options = pulumi.ResourceOptions(providers=[provider])
        kinetic.RotatingWebhookEndpoint("orders", url=URL, opts=options)

    rotation.declare = with_providers
    printed = rotation.deployment.fails(rotation.deployment.up)
    assert "orders: the options `provider` and `providers` have no effect on its endpoints" in printed
    assert "Traceback" not in printed
    assert rotation.emulator.requests() == []


def test_secrets_are_secrets_and_not_in_the_state(rotation: Rotation) -> None:
    rotation.begin(1, 2)
    outputs = rotation.deployment.stack.outputs()
    assert [name for name, output in outputs.items() if output.secret] == ["secret", "secrets"]
    held = rotation.deployment.state_file()
    assert all(made["signing_secret"] not in held for made in rotation.emulator.truth().values())


def test_what_can_be_read_only_once_reaches_both_endpoints(rotation: Rotation) -> None:
    async def later() -> str:
        return URL

    rotation.declare = lambda: void(
        kinetic.RotatingWebhookEndpoint("orders", url=later(), enabled_events=iter(["b", "a"]), standby=2)
    )
    rotation.up_clean()
    made = rotation.emulator.truth().values()
    assert [(endpoint["url"], sorted(endpoint["enabled_events"])) for endpoint in made] == [(URL, ["a", "b"])] * 2
    expect_truth(rotation.deployment, rotation.emulator)


def void(_: object) -> None:
    pass
