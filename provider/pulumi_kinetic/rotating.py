"""An endpoint whose signing secret can be rotated without a gap: a component of up to two generations of endpoints."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi

from pulumi_kinetic.arguments import EventNames, OptionError, event_names, unsendable
from pulumi_kinetic.dynamic import WebhookEndpoint

_TYPE = "kinetic:index:RotatingWebhookEndpoint"
_PROVIDER = (
    "the options `provider` and `providers` have no effect on its endpoints, which have the settings of their stack: "
    "rotate two of the plugin's WebhookEndpoints for an explicit provider (docs/guides/rotate.md), or take another "
    "stack"
)
_IMPORT = (
    "the option `import_` can't work on a component: adopt the endpoint as a WebhookEndpoint of this name, and move it "
    "in then (docs/guides/rotate.md)"
)


class RotatingWebhookEndpoint(pulumi.ComponentResource):
    """A webhook endpoint whose signing secret is rotated in steps, each a plain `pulumi up`.

    Its children are WebhookEndpoints named by generation (`orders-1`, `orders-2`), each with a secret of its own. The
    standby is disabled; it changes after the current one, so that at least one delivers at any moment. See
    docs/guides/rotate.md for the steps.

    A WebhookEndpoint of the same name and parent becomes generation 1, without a request; beside one that stays, take
    another name.

    Source: docs/contributing/design.md#rotation. The API has no call that rotates a secret.
    """

    webhook_endpoint_id: pulumi.Output[str]
    """The id of the current endpoint (`we_…`)."""
    standby_webhook_endpoint_id: pulumi.Output[str | None]
    """The id of the standby; None where there is none."""
    url: pulumi.Output[str]
    """Where events are delivered."""
    signing_secret: pulumi.Output[str]
    """The current endpoint's secret. A Pulumi secret; as WebhookEndpoint.signing_secret."""
    signing_secrets: pulumi.Output[list[str]]
    """The secrets of both, the current one's first, without one that isn't known. A Pulumi secret."""

    def __init__(  # noqa: PLR0913 one argument for each input
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        enabled_events: EventNames = None,
        current: int = 1,
        standby: int | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an endpoint, and perhaps a standby.

        Args:
            resource_name: Its name in the program.
            url: As WebhookEndpoint's; both endpoints have it.
            enabled_events: As WebhookEndpoint's; both endpoints have them.
            current: The generation that delivers: a whole number from 1.
            standby: The generation that is kept disabled, the one to come or the one before; None for none.
            opts: Pulumi's resource options.

        Raises:
            OptionError: An argument or option can't be used; nothing has been declared.
        """
        names = event_names(enabled_events)
        problems = [
            *unsendable({"url": url, "enabled_events": names}),
            *_generation_problems(current, standby),
            *_option_problems(opts),
        ]
        if problems:
            raise OptionError("\n".join(f"{resource_name}: {problem}" for problem in problems))
        super().__init__(_TYPE, resource_name, {}, opts)
        # Two endpoints are given what can be awaited only once.
        both_url = pulumi.Output.from_input(url)
        both_events: EventNames = pulumi.Output.from_input(cast("Any", names))
        parent = opts.parent if opts and opts.parent else pulumi.ROOT_STACK_RESOURCE
        moved_in = pulumi.Alias(name=resource_name, parent=parent)

        def declare(generation: int, status: str, *after: WebhookEndpoint) -> WebhookEndpoint:
            aliases = [moved_in] if generation == 1 else []
            options = pulumi.ResourceOptions(parent=self, aliases=aliases, depends_on=after)
            name = f"{resource_name}-{generation}"
            return WebhookEndpoint(name, url=both_url, enabled_events=both_events, status=status, opts=options)

        live = declare(current, "enabled")
        kept = None if standby is None else declare(standby, "disabled", live)
        self._hand_out(live, kept)

    def _hand_out(self, live: WebhookEndpoint, kept: WebhookEndpoint | None) -> None:
        secrets = [endpoint.signing_secret for endpoint in (live, kept) if endpoint]
        self.webhook_endpoint_id = live.webhook_endpoint_id
        self.standby_webhook_endpoint_id = kept.webhook_endpoint_id if kept else pulumi.Output.from_input(None)
        self.url = live.url
        self.signing_secret = pulumi.Output.secret(live.signing_secret)
        self.signing_secrets = pulumi.Output.secret(pulumi.Output.all(*secrets).apply(_known))
        self.register_outputs(
            {
                "webhookEndpointId": self.webhook_endpoint_id,
                "standbyWebhookEndpointId": self.standby_webhook_endpoint_id,
                "url": self.url,
                "signingSecret": self.signing_secret,
                "signingSecrets": self.signing_secrets,
            }
        )


def _known(secrets: Sequence[str | None]) -> list[str]:
    return [secret for secret in secrets if secret is not None]


def _generation_problems(current: object, standby: object) -> list[str]:
    """What is wrong with the numbers of generations, in a line each."""
    given = {"current": current} if standby is None else {"current": current, "standby": standby}
    wrong = [
        f"{name} must be a whole number from 1, not {_spell(value)}"
        for name, value in given.items()
        if not isinstance(value, int) or isinstance(value, bool) or value < 1
    ]
    if not wrong and current == standby:
        return [f"standby must be another generation than current, which is {current}"]
    return wrong


def _spell(value: object) -> str:
    """A number as it is; of anything else the type, since it may be a secret, and an Output has no value yet."""
    return str(value) if value is None or isinstance(value, (int, float)) else f"a value of type {type(value).__name__}"


def _option_problems(options: pulumi.ResourceOptions | None) -> list[str]:
    if options is None:
        return []
    given = options.providers or []
    providers = [*given.values()] if isinstance(given, Mapping) else [*given]
    problems = []
    if options.provider is not None or any(provider.package == "kinetic" for provider in providers):
        problems.append(_PROVIDER)
    if options.import_ is not None:
        problems.append(_IMPORT)
    return problems
