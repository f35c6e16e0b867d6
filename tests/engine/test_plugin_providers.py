"""More than one provider in a program."""

from collections.abc import Callable

import pulumi

from support.emulator import KEY, PRODUCTION_KEY, EmulatorClient
from support.programs import URL, expect_truth
from support.sdk import Provider, WebhookEndpoint
from support.stack import Deployment


def test_sandbox_and_production_live_side_by_side(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    def program() -> None:
        for name, key in (("sandbox", KEY), ("production", PRODUCTION_KEY)):
            provider = Provider(name, api_key=pulumi.Output.secret(key), base_url=emulator.url, max_retries=1)
            made = WebhookEndpoint(
                f"of-{name}", url="https://example.com", opts=pulumi.ResourceOptions(provider=provider)
            )
            pulumi.export(name, made.environment)

    deployment = deploy(program)
    result = deployment.up_clean()
    assert {name: output.value for name, output in result.outputs.items()} == {
        "sandbox": "sandbox",
        "production": "production",
    }
    expect_truth(deployment, emulator)
    assert sorted(endpoint["environment"] for endpoint in emulator.truth().values()) == ["production", "sandbox"]
    deployment.destroy()
    assert emulator.truth() == {}


def test_a_provider_whose_key_is_not_known_yet_can_be_previewed(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    def program() -> None:
        first = WebhookEndpoint("first", url="https://example.com/first")
        key: pulumi.Output[str] = pulumi.Output.secret(first.webhook_endpoint_id.apply(lambda _: KEY))
        provider = Provider("later", api_key=key, base_url=emulator.url)
        WebhookEndpoint("second", url=URL, opts=pulumi.ResourceOptions(provider=provider))

    deployment = deploy(program)
    assert deployment.preview()["create"] == 4
    deployment.up_clean()
    expect_truth(deployment, emulator)
