"""The front door for Python programs: a dynamic provider, and what a program imports.

A program needs the resource only. So what the provider needs, in the engine's process, it imports when it is called.
"""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import pulumi
from pulumi import dynamic
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)
from pulumi.metadata import get_project

from pulumi_kinetic import errors
from pulumi_kinetic.address import Address, backend_url
from pulumi_kinetic.arguments import (
    SCHEMA_NAMES,
    EventNames,
    Status,
    declared_inputs,
    require_supported,
    schema_path,
)
from pulumi_kinetic.identity import identity_text, read_identity
from pulumi_kinetic.values import PROVIDER_PICKLE, UNKNOWN

if TYPE_CHECKING:
    from pulumi_kinetic import endpoint
    from pulumi_kinetic.endpoint import State
    from pulumi_kinetic.lifecycle import Lifecycle

_ATTRIBUTES = {schema_name: name for name, schema_name in SCHEMA_NAMES.items()}
_COMPUTED = ("webhook_endpoint_id", "created_at", "environment", "signing_secret")
_UNNAMED_TYPE = "pulumi-python:dynamic:Resource"

# What the SDK hands to a provider: any values, under the names of the schema, since the class below translates them.
Properties = dict[str, Any]


class WebhookEndpoint(dynamic.Resource, module="kinetic", name="WebhookEndpoint"):
    """A webhook endpoint of the Kinetic API.

    Source: API reference, "Webhook Endpoints". `url`, `enabled_events` and `status` change in place and
    keep the id and the signing secret; only a replacement that you ask for (`replacement_trigger`,
    `--replace`) creates a new endpoint with a new secret.
    """

    url: pulumi.Output[str]
    """Where events are delivered."""
    status: pulumi.Output[str]
    """`enabled` or `disabled`."""

    def __init_subclass__(cls, **keywords: object) -> None:
        """Keep the type; left alone, the SDK would give a subclass the type of any dynamic resource."""
        if {"module", "name"} & keywords.keys():
            raise TypeError("a subclass of WebhookEndpoint keeps its type: leave out the keywords module and name")
        super().__init_subclass__(module="kinetic", name="WebhookEndpoint", **keywords)

    def __init__(  # noqa: PLR0913 one argument for each input of the resource
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        enabled_events: EventNames = None,
        status: Status = "enabled",
        adopt: pulumi.Input[str | None] = None,
        existing_signing_secret: pulumi.Input[str | None] = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an endpoint.

        Args:
            resource_name: Its name in the program.
            url: An absolute https URL (http in the sandbox only), without user:password and fragment.
            enabled_events: Names of events, in any iterable; omitted, None or `["*"]` means all. Order doesn't matter.
            status: "enabled" or "disabled"; None means "enabled".
            adopt: The id of an endpoint that exists, to manage it instead of creating one.
            existing_signing_secret: With `adopt`, its secret, if you still have it.
            opts: Pulumi's resource options.

        Raises:
            TypeError: An argument is of a type that Pulumi can't send.
            OptionError: An option can't work on a dynamic resource.
        """
        require_supported(resource_name, opts)
        props = declared_inputs(
            url=url,
            enabled_events=enabled_events,
            status=status,
            adopt=adopt,
            existing_signing_secret=existing_signing_secret,
        )
        identity = identity_text(resource_name, opts.parent if opts else None, dict(props))
        if existing_signing_secret is not None:
            props["existing_signing_secret"] = pulumi.Output.secret(existing_signing_secret)
        # Check replaces this by the key. An input that was once secret stays secret under its name, and the engine
        # doesn't tell a dynamic provider which resource it is. See docs/contributing/engine-facts.md#secret-properties.
        props["idempotency_key"] = pulumi.Output[str].secret(identity)
        props |= dict.fromkeys(_COMPUTED)
        # Subclasses had another type once: without the alias, their endpoints would be replaced.
        aliases = [pulumi.Alias(type_=_UNNAMED_TYPE)] if type(self) is not WebhookEndpoint else []
        hidden = pulumi.ResourceOptions(additional_secret_outputs=["signing_secret", "echo"], aliases=aliases)
        super().__init__(KineticProvider(), resource_name, props, pulumi.ResourceOptions.merge(opts, hidden))
        self._given_events: pulumi.Input[Any] = props["enabled_events"]

    # The outputs that may be None are made when they are asked for: the SDK waits for each that there is, and of a
    # thousand endpoints' few are read.

    @property
    @pulumi.getter(name="webhookEndpointId")
    def webhook_endpoint_id(self) -> pulumi.Output[str]:
        """The id that the API gave it (`we_…`); the same as `id`."""
        # the engine answers with the inputs where it plans a change, and with the state, which has the id, where not
        return _unless_absent(pulumi.get(self, "webhook_endpoint_id"), lambda: self.id)

    @property
    @pulumi.getter(name="enabledEvents")
    def enabled_events(self) -> pulumi.Output[list[str] | None]:
        """The events delivered; None means all."""
        pickle = pulumi.Output.unsecret(self.__dict__[PROVIDER_PICKLE])
        checked = pulumi.Output.all(self._given_events, pickle)
        return _unless_absent(pulumi.get(self, "enabled_events"), lambda: checked.apply(lambda _: None))

    @property
    @pulumi.getter(name="createdAt")
    def created_at(self) -> pulumi.Output[str | None]:
        """When the API created it (ISO 8601)."""
        return self._none_if_absent("created_at")

    @property
    @pulumi.getter
    def environment(self) -> pulumi.Output[str]:
        """`sandbox` or `production`, by the key that created it."""
        return self._none_if_absent("environment")

    @property
    @pulumi.getter(name="signingSecret")
    def signing_secret(self) -> pulumi.Output[str]:
        """Verifies deliveries. A Pulumi secret, to be handed on as it is.

        For an adopted endpoint whose secret wasn't supplied it resolves to None, whatever its type says.
        """
        return self._none_if_absent("signing_secret")

    def _none_if_absent(self, name: str) -> pulumi.Output[Any]:
        """An output that is None in a preview too, where the SDK takes what the state doesn't have for unknown.

        See docs/contributing/engine-facts.md#absent-outputs.
        """
        return _unless_absent(
            pulumi.get(self, name), lambda: pulumi.get(self, "webhook_endpoint_id").apply(lambda _: None)
        )

    def translate_input_property(self, prop: str) -> str:
        """Return the schema's name of a property. See docs/contributing/engine-facts.md#property-names."""
        return schema_path(prop)

    def translate_output_property(self, prop: str) -> str:
        """Return the Python attribute of a property."""
        return _ATTRIBUTES.get(prop, prop)


class KineticProvider(dynamic.ResourceProvider):
    """What the engine calls, in the process of `python -m pulumi.dynamic`.

    Pickled by reference into every resource's state: it must hold nothing until `configure` has run.
    See docs/contributing/engine-facts.md#no-dict-in-the-pickle.
    """

    _lifecycle: "Lifecycle"
    _backend: str
    _inform: Callable[[str], None]
    _problems: Sequence[str] = ()

    @errors.user_facing("configure the provider")
    def configure(self, req: ConfigureRequest) -> None:
        """Take the settings; mistakes in them are reported by `check`, whose failures the engine shows well."""
        from pulumi_kinetic import settings  # noqa: PLC0415 see the module's docstring, here and below
        from pulumi_kinetic.client import Client  # noqa: PLC0415
        from pulumi_kinetic.engine_log import engine_log  # noqa: PLC0415
        from pulumi_kinetic.journal import Journal, default_folder  # noqa: PLC0415
        from pulumi_kinetic.lifecycle import Lifecycle  # noqa: PLC0415
        from pulumi_kinetic.process import Parent  # noqa: PLC0415

        try:
            loaded = settings.load(lambda key: req.config.get(f"kinetic:{key}"), os.environ)
            # the SDK's own log has no engine in this process: it prints warnings, which the engine shows, and no more
            log = engine_log(sys.argv[1:])
            self._inform = log.info
            api = Client(loaded, debug=log.debug)
            folder = Parent().folder
            self._lifecycle = Lifecycle(loaded, api, Journal(default_folder(folder)), warn=pulumi.log.warn)
            self._backend = backend_url(folder, os.environ)
        except errors.SettingsError as error:
            self._problems = error.problems

    @errors.user_facing("check the inputs")
    def check(self, _olds: Properties, news: Properties) -> CheckResult:
        """Validate the inputs, and give a new resource its Idempotency-Key."""
        from pulumi_kinetic import endpoint, inputs  # noqa: PLC0415

        olds, declared = cast("endpoint.Inputs", _plain(_olds)), cast("endpoint.Inputs", _plain(news))
        identity = read_identity(declared.get("idempotencyKey"))
        if self._problems:
            checked = inputs.check(olds, declared, environment=None, new_key=str(uuid4()))
        else:
            address = Address(self._backend, get_project(), identity.stack, identity.resource)
            # what a preview doesn't know, an update plan doesn't fix
            checked = self._lifecycle.check(olds, declared, address, UNKNOWN if identity.is_preview else None)
            is_planned = identity.is_preview and not olds and not checked.failures
            if is_planned and (notice := endpoint.adoption_notice(declared)):
                self._inform(notice)
        broken_settings = [CheckFailure("", problem) for problem in self._problems]
        failures = [CheckFailure(*failure.redacted(identity.secret_names)) for failure in checked.failures]
        return CheckResult(cast("Properties", checked.inputs), broken_settings + failures)

    @errors.user_facing("compare the state with the program")
    def diff(self, _id: str, _olds: Properties, _news: Properties) -> DiffResult:
        """Say whether an update is needed; never a replacement.

        A state that the plugin saved holds no provider, without which the SDK can neither read nor delete: "changed"
        once, an update that makes no request, puts it there. See docs/contributing/engine-facts.md#changing-doors.
        """
        names = self._configured().diff(_id, _state(_olds), cast("endpoint.Inputs", _plain(_news)))
        return DiffResult(changes=bool(names) or PROVIDER_PICKLE not in _olds, replaces=[])

    @errors.user_facing("create the endpoint")
    def create(self, props: Properties) -> CreateResult:
        """Create or adopt an endpoint."""
        endpoint_id, state = self._configured().create(cast("endpoint.Inputs", _plain(props)))
        return CreateResult(endpoint_id, cast("Properties", state))

    @errors.user_facing("read the endpoint")
    def read(self, id_: str, props: Properties) -> ReadResult:
        """Return the endpoint as it is now; `ReadResult(None, {})` where the API says that it is gone."""
        from pulumi_kinetic.endpoint import inputs_of  # noqa: PLC0415

        state = self._configured().read(id_, _state(props))
        if state is None:
            return ReadResult(None, {})
        return ReadResult(id_, cast("Properties", state), cast("Properties", inputs_of(state)))

    @errors.user_facing("update the endpoint")
    def update(self, _id: str, _olds: Properties, _news: Properties) -> UpdateResult:
        """Send one PATCH of what differs."""
        state = self._configured().update(_id, _state(_olds), cast("endpoint.Inputs", _plain(_news)))
        return UpdateResult(cast("Properties", state))

    @errors.user_facing("delete the endpoint")
    def delete(self, _id: str, _props: Properties) -> None:
        """Delete the endpoint; one that is gone already is as good."""
        self._configured().delete(_id, _state(_props))

    def _configured(self) -> "Lifecycle":
        if self._problems:
            raise errors.SettingsError(self._problems)
        return self._lifecycle


def _unless_absent(output: pulumi.Output[Any], otherwise: Callable[[], pulumi.Output[Any]]) -> pulumi.Output[Any]:
    """An output, or another one where a preview has no value for it."""
    return output.apply(
        lambda value: otherwise() if isinstance(value, pulumi.output.Unknown) else value, run_with_unknowns=True
    )


def _state(properties: Properties) -> "State":
    return cast("State", _plain(properties))


def _plain(properties: Mapping[str, object]) -> dict[str, object]:
    """The engine's properties in plain values: without our pickle, unknown ones as the engine spells them."""
    return {name: _spell_unknown(value) for name, value in properties.items() if name != PROVIDER_PICKLE}


def _spell_unknown(value: object) -> object:
    if isinstance(value, list):
        return [_spell_unknown(item) for item in value]
    return UNKNOWN if isinstance(value, pulumi.output.Unknown) else value
