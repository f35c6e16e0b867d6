"""A Pulumi program with the habits of its users, which `make lint` checks with mypy and basedpyright.

test_public_api.py runs it. `assert_type` says what a user's editor shows. Each `type: ignore` is a mistake that both
have to see: they report an ignore that nothing needs.
"""

from collections.abc import Mapping, Sequence

import pulumi
from typing_extensions import assert_type

import pulumi_kinetic as kinetic


class Secret(pulumi.CustomResource):
    """Another package's resource, which takes a secret and has a name."""

    name: pulumi.Output[str]

    def __init__(self, name: str, value: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("vault:index:Secret", name, {"value": value, "name": None}, opts)


class AuditedEndpoint(kinetic.WebhookEndpoint):
    """A house rule put into a subclass."""

    def __init__(self, name: str, url: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, url=url, enabled_events=["audit.created"], opts=opts)


class Receiver(pulumi.ComponentResource):
    """An endpoint as a part of something greater."""

    def __init__(self, name: str, host: pulumi.Input[str]) -> None:
        super().__init__("shop:index:Receiver", name)
        url = pulumi.Output.concat("https://", host, "/hooks")
        self.endpoint = kinetic.WebhookEndpoint(name, url=url, opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"secret": self.endpoint.signing_secret})


def declare_every_form_of_input() -> list[kinetic.WebhookEndpoint]:
    config = pulumi.Config()
    host = pulumi.Output.from_input("hooks.example.com")
    names: pulumi.Output[Sequence[str]] = pulumi.Output.from_input(["a", "b"])
    tuple_of_names = ("a", "b")
    plain = kinetic.WebhookEndpoint("plain", url="https://example.com/plain")
    return [
        plain,
        kinetic.WebhookEndpoint("literals", url="https://a.example", enabled_events=["a", "b"], status="disabled"),
        kinetic.WebhookEndpoint("tuple", url="https://a.example", enabled_events=tuple_of_names),
        kinetic.WebhookEndpoint("all", url="https://a.example", enabled_events=None),
        kinetic.WebhookEndpoint("output", url=pulumi.Output.format("https://{0}/x", host), enabled_events=names),
        kinetic.WebhookEndpoint("mixed", url=host.apply(lambda name: f"https://{name}"), enabled_events=["a", host]),
        kinetic.WebhookEndpoint("copied", url=plain.url, enabled_events=plain.enabled_events, status=plain.status),
        kinetic.WebhookEndpoint(
            "configured", url=config.get("url") or "https://a.example", status=config.get("status") or "disabled"
        ),
        kinetic.WebhookEndpoint("secret", url=pulumi.Output.secret("https://a.example/token")),
        kinetic.WebhookEndpoint(
            "adopted",
            url="https://a.example",
            adopt=config.get("endpointId"),
            existing_signing_secret=config.get_secret("signingSecret"),
            opts=pulumi.ResourceOptions(protect=True, depends_on=[plain]),
        ),
        AuditedEndpoint("audited", plain.url),
        Receiver("receiver", host).endpoint,
    ]


def rotate_a_secret(other: Secret) -> kinetic.RotatingWebhookEndpoint:
    config = pulumi.Config()
    rotating = kinetic.RotatingWebhookEndpoint(
        "rotating",
        url=pulumi.Output.concat("https://", other.name, ".example"),
        enabled_events=(name for name in ("b", "a")),
        current=config.get_int("current") or 1,
        standby=config.get_int("standby"),
        opts=pulumi.ResourceOptions(protect=True, depends_on=[other]),
    )
    assert_type(rotating.webhook_endpoint_id, pulumi.Output[str])
    assert_type(rotating.standby_webhook_endpoint_id, pulumi.Output[str | None])
    assert_type(rotating.url, pulumi.Output[str])
    assert_type(rotating.signing_secret, pulumi.Output[str])
    assert_type(rotating.signing_secrets, pulumi.Output[list[str]])
    Secret("rotated", value=rotating.signing_secrets.apply(lambda secrets: ",".join(["", *secrets])))
    return kinetic.RotatingWebhookEndpoint("prepared", url="https://a.example", current=2, standby=3)


def declare_events_in_every_way(other: Secret) -> list[kinetic.WebhookEndpoint]:
    by_team: Mapping[str, Sequence[str]] = {"b": ["b.made"], "a": ["a.made", "a.gone"]}
    later: pulumi.Output[set[str]] = other.name.apply(lambda name: {name, "b", "a"})
    endpoints = [
        kinetic.WebhookEndpoint("set", url="https://a.example", enabled_events={"c", "b", "a"}),
        kinetic.WebhookEndpoint("frozenset", url="https://a.example", enabled_events=frozenset({"b", "a"})),
        kinetic.WebhookEndpoint("keys", url="https://a.example", enabled_events=by_team.keys()),
        kinetic.WebhookEndpoint("generator", url="https://a.example", enabled_events=(name for name in "ba")),
        kinetic.WebhookEndpoint("outputs", url="https://a.example", enabled_events=(other.name for _ in range(2))),
        kinetic.WebhookEndpoint("later", url="https://a.example", enabled_events=later),
    ]
    for team, names in by_team.items():
        endpoints.append(kinetic.WebhookEndpoint(f"team-{team}", url=f"https://{team}.example", enabled_events=names))
    return endpoints


def declare_from_configuration_and_stacks(other: Secret) -> list[kinetic.WebhookEndpoint]:
    config, platform = pulumi.Config(), pulumi.StackReference("organization/platform/dev")
    return [
        kinetic.WebhookEndpoint("status", url=config.require("receiver"), status=config.get("status")),
        kinetic.WebhookEndpoint("no-status", url="https://a.example", status=None),
        kinetic.WebhookEndpoint("reference", url=platform.require_output("url")),
        kinetic.WebhookEndpoint("random", url=pulumi.Output.concat("https://a.example/", other.name)),
        kinetic.WebhookEndpoint(
            "options",
            url="https://a.example",
            opts=pulumi.ResourceOptions(
                parent=other,
                ignore_changes=["status"],
                transforms=[lambda args: pulumi.ResourceTransformResult(args.props, args.opts)],
                aliases=[pulumi.Alias(name="old")],
                custom_timeouts=pulumi.CustomTimeouts(create="5m"),
                additional_secret_outputs=["url"],
            ),
        ),
    ]


def hand_outputs_on(endpoint: kinetic.WebhookEndpoint) -> None:
    assert_type(endpoint.webhook_endpoint_id, pulumi.Output[str])
    assert_type(endpoint.url, pulumi.Output[str])
    assert_type(endpoint.enabled_events, pulumi.Output[list[str] | None])
    assert_type(endpoint.status, pulumi.Output[str])
    assert_type(endpoint.created_at, pulumi.Output[str | None])
    assert_type(endpoint.environment, pulumi.Output[str])
    assert_type(endpoint.signing_secret, pulumi.Output[str])
    Secret("handed-on", value=endpoint.signing_secret)
    number = endpoint.enabled_events.apply(lambda events: len(events or ["*"]))
    assert_type(number, pulumi.Output[int])
    pulumi.export("number", number)
    pulumi.export("line", pulumi.Output.format("{0} {1}", endpoint.id, endpoint.url))
    pulumi.export("secret", pulumi.Output.all(endpoint.id, endpoint.signing_secret).apply(lambda pair: pair[1]))


def refuse_an_option(options: pulumi.ResourceOptions) -> str:
    """Report what a dynamic resource can't honour."""
    try:
        kinetic.WebhookEndpoint("imported", url="https://a.example", opts=options)
    except kinetic.OptionError as error:
        return str(error)
    return ""


def look_up() -> list[str]:
    """Report what exists, and each error by its name."""
    try:
        assert_type(kinetic.get_webhook_endpoint("we_1"), kinetic.WebhookEndpointInfo)
        existing = kinetic.list_webhook_endpoints()
    except kinetic.NotFoundError as error:
        assert_type(error.status, int | None)
        assert_type(error.request_id, str | None)
        return [error.operation, str(error.attempts)]
    except (kinetic.TooManyRequestsError, kinetic.ServerError) as error:
        assert_type(error.retry_after_seconds, float)
        return [error.advice]
    except kinetic.ApiError as error:
        return [str(error)]
    except kinetic.SettingsError as error:
        assert_type(error.problems, list[str])
        return error.problems
    except kinetic.KineticError as error:
        raise error.with_advice("Ask the platform team.") from None
    assert_type(existing, list[kinetic.WebhookEndpointInfo])
    assert_type(existing[0].enabled_events, list[str] | None)
    return [f"{endpoint.webhook_endpoint_id} {endpoint.url} {endpoint.status}" for endpoint in existing]


def look_up_outputs(endpoint: kinetic.WebhookEndpoint) -> None:
    """Never run: there is no API."""
    existing = kinetic.get_webhook_endpoint_output(endpoint.id)
    assert_type(existing, pulumi.Output[kinetic.WebhookEndpointInfo])
    assert_type(existing.apply(lambda found: found.url), pulumi.Output[str])
    kinetic.WebhookEndpoint("copy", url=existing.url, enabled_events=existing.enabled_events)
    listed = kinetic.list_webhook_endpoints_output()
    assert_type(listed.apply(len), pulumi.Output[int])


def mistakes_that_mypy_sees(endpoint: kinetic.WebhookEndpoint, listed: kinetic.WebhookEndpointInfo) -> None:
    """Never run."""
    kinetic.WebhookEndpoint("no url")  # type: ignore[call-arg]
    kinetic.WebhookEndpoint("positional", "https://a.example")  # type: ignore[call-arg]
    kinetic.WebhookEndpoint("type", url=7)  # type: ignore[arg-type]
    kinetic.WebhookEndpoint("type", url="https://a.example", enabled_events=[7])  # type: ignore[list-item]
    kinetic.WebhookEndpoint("name", url="https://a.example", enabledEvents=["a"])  # type: ignore[call-arg]
    kinetic.RotatingWebhookEndpoint("generation", url="https://a.example", current="2")  # type: ignore[arg-type]
    kinetic.RotatingWebhookEndpoint("status", url="https://a.example", status="disabled")  # type: ignore[call-arg]
    listed.status = "disabled"  # type: ignore[misc]
    pulumi.export("secret", listed.signing_secret)  # type: ignore[attr-defined]
    hand_outputs_on(listed)  # type: ignore[arg-type]
    endpoint.url.apply(lambda url: url.no_such_method)  # type: ignore[attr-defined]
    raise kinetic.NoSuchError  # type: ignore[attr-defined]


def main() -> None:
    """The program."""
    other = Secret("other", value="s3cr3t")
    hand_outputs_on(declare_every_form_of_input()[0])
    declare_events_in_every_way(other)
    rotate_a_secret(other)
    declare_from_configuration_and_stacks(other)
    pulumi.export("existing", look_up())
