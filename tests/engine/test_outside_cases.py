"""What users of other providers ran into, on the real engine; the list is in docs/contributing/testing.md."""

import json
from collections.abc import Callable

import pulumi

import pulumi_kinetic as kinetic
from support.emulator import EmulatorClient
from support.programs import URL
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment

NAMES = [
    "stripe::WebhookEndpoint::prod",
    "web:web",
    "a$b",
    "a/b",
    "ünï-名-🎉",
    'a"b',
    "%41",
    "{}",
    "e\u0301",
    "x" * 300,
]
Deploy = Callable[..., Deployment]


def both(name: str, url: str = URL) -> None:
    """An endpoint of each door under one name, which differ in their types."""
    for door, declare in RESOURCE_BY_DOOR.items():
        declare(name, url=f"{url}/{door}")


def test_a_resource_may_have_any_name(deploy: Deploy, emulator: EmulatorClient) -> None:
    """pulumi#14605, #13968, #9947: names with colons stopped to work."""

    def program() -> None:
        for number, name in enumerate(NAMES):
            both(name, f"{URL}/{number}")

    deployment = deploy(program)
    deployment.up()
    deployment.stack.preview(expect_no_changes=True)
    assert len(emulator.truth()) == 2 * len(NAMES)
    deployment.destroy()
    assert emulator.truth() == {}


def test_a_resource_as_a_stack_output_keeps_its_secrets(deploy: Deploy, emulator: EmulatorClient) -> None:
    """pulumi#2862: the output of a whole resource showed its secrets; #1858: and lacked its properties."""

    def program() -> None:
        made = kinetic.WebhookEndpoint("orders", url=URL)
        pulumi.export("whole", made)
        pulumi.export("nested", {"resources": [made]})

    deployment = deploy(program)
    deployment.up_clean()
    (truth,) = emulator.truth().values()
    shown = json.loads(deployment.cli("stack", "output", "--json", "--stack", "dev"))
    assert shown["whole"] == shown["nested"]["resources"][0]
    assert (shown["whole"]["url"], shown["whole"]["signing_secret"]) == (URL, "[secret]")
    secrets = [truth["signing_secret"], deployment.resources()["orders"]["inputs"]["idempotencyKey"]]
    places = "".join(deployment.output) + deployment.state_file() + json.dumps(shown)
    assert [secret for secret in secrets if secret in places] == []


def test_transforms_reach_the_endpoint_and_lose_no_secret(deploy: Deploy, emulator: EmulatorClient) -> None:
    """pulumi#16745: what a transform gets isn't what the program wrote."""

    def transform(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
        if not args.type_.endswith("WebhookEndpoint"):
            return None
        return pulumi.ResourceTransformResult({**args.props, "enabledEvents": ["transformed"]}, args.opts)

    def transformation(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        props = {**args.props, "status": "disabled"} if "url" in args.props else args.props
        return pulumi.ResourceTransformationResult(props, args.opts)

    def program() -> None:
        pulumi.runtime.register_resource_transform(transform)
        pulumi.runtime.register_stack_transformation(transformation)
        both("orders")

    deployment = deploy(program)
    deployment.up_clean()
    made = emulator.truth().values()
    assert {(*truth["enabled_events"], truth["status"]) for truth in made} == {("transformed", "disabled")}
    places = "".join(deployment.output) + deployment.state_file()
    assert not any(truth["signing_secret"] in places for truth in made)


def test_what_a_path_ignores_is_left_alone_however_it_is_spelled(deploy: Deploy, emulator: EmulatorClient) -> None:
    """pulumi#7081: an option whose spelling didn't fit was passed over in silence."""
    events = {"now": ["a", "b"]}
    paths = ["enabledEvents[0]", "enabled_events[0]", "enabled_events", "*"]

    def program() -> None:
        for path in paths:
            options = pulumi.ResourceOptions(ignore_changes=[path])
            kinetic.WebhookEndpoint(path, url=f"{URL}?{path}", enabled_events=events["now"], opts=options)

    deployment = deploy(program)
    deployment.up()
    events["now"] = ["c", "d"]
    deployment.up()
    deployment.stack.preview(expect_no_changes=True)
    after = {truth["url"].partition("?")[2]: truth["enabled_events"] for truth in emulator.truth().values()}
    assert after == dict(zip(paths, [["a", "d"], ["a", "d"], ["a", "b"], ["a", "b"]], strict=True))
