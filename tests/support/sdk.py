"""The doors as a Python program has them; the plugin's as the SDK that Pulumi generates from schema.json would."""

from collections.abc import Callable, Sequence
from typing import Any

import pulumi
from pydantic.alias_generators import to_camel, to_snake

import pulumi_kinetic as kinetic

COMPUTED = ("webhook_endpoint_id", "created_at", "environment", "signing_secret")


class Provider(pulumi.ProviderResource):
    def __init__(self, resource_name: str, **settings: Any) -> None:
        super().__init__("kinetic", resource_name, {to_camel(name): value for name, value in settings.items()})


class WebhookEndpoint(pulumi.CustomResource):
    webhook_endpoint_id: pulumi.Output[str]
    url: pulumi.Output[str]
    enabled_events: pulumi.Output[list[str] | None]
    status: pulumi.Output[str]
    created_at: pulumi.Output[str | None]
    environment: pulumi.Output[str]
    signing_secret: pulumi.Output[str | None]

    def __init__(  # noqa: PLR0913 as the dynamic door's
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        enabled_events: pulumi.Input[Sequence[pulumi.Input[str]] | None] = None,
        status: pulumi.Input[str | None] = None,
        adopt: pulumi.Input[str | None] = None,
        existing_signing_secret: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        supplied = None if existing_signing_secret is None else pulumi.Output.secret(existing_signing_secret)
        given = {
            "url": url,
            "enabled_events": enabled_events,
            "status": status,
            "adopt": adopt,
            "existing_signing_secret": supplied,
            **dict.fromkeys(COMPUTED),
        }
        super().__init__("kinetic:index:WebhookEndpoint", resource_name, given, opts)

    def translate_input_property(self, prop: str) -> str:
        return to_camel(prop)

    def translate_output_property(self, prop: str) -> str:
        return to_snake(prop)


Declare = Callable[..., Any]
# What an endpoint has, as the dynamic class's readers see it.
OUTPUTS = {
    *kinetic.WebhookEndpoint.__annotations__,
    *(name for name, member in vars(kinetic.WebhookEndpoint).items() if isinstance(member, property)),
}
RESOURCE_BY_DOOR: dict[str, Declare] = {"dynamic": kinetic.WebhookEndpoint, "plugin": WebhookEndpoint}
