"""The front door for Python programs: a dynamic provider, and what a program imports."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar
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
from pydantic.alias_generators import to_camel, to_snake

from pulumi_kinetic import errors, inputs, lifecycle, settings, values
from pulumi_kinetic.answers import Endpoint
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal, default_folder
from pulumi_kinetic.lifecycle import Lifecycle

_PROVIDER = "__provider"
_UNNAMED_TYPE = "pulumi-python:dynamic:Resource"

P = ParamSpec("P")
T = TypeVar("T")


class WebhookEndpoint(dynamic.Resource, module="kinetic", name="WebhookEndpoint"):
    """A webhook endpoint of the Kinetic API.

    Source: API reference, "Webhook Endpoints". `url`, `enabled_events` and `status` change in place and
    keep the id and the signing secret; only a replacement that you ask for (`replacement_trigger`,
    `--replace`) makes a new endpoint with a new secret.
    """

    webhook_endpoint_id: pulumi.Output[str]
    """The id that the API gave (`we_…`); the same as `id`."""
    url: pulumi.Output[str]
    """Where events are delivered."""
    enabled_events: pulumi.Output[list[str] | None]
    """The events delivered; None means all."""
    status: pulumi.Output[str]
    """`enabled` or `disabled`."""
    created_at: pulumi.Output[str | None]
    """When the API created it, as it says (ISO 8601)."""
    environment: pulumi.Output[str]
    """`sandbox` or `production`, by the key that created it."""
    signing_secret: pulumi.Output[str | None]
    """Verifies deliveries. A Pulumi secret; None for an adopted endpoint whose secret was not supplied."""

    def __init_subclass__(cls) -> None:
        """A subclass keeps the type; left alone, the SDK would give it the type of any dynamic resource."""
        super().__init_subclass__(module="kinetic", name="WebhookEndpoint")

    def __init__(  # noqa: PLR0913 one argument for each input of the resource
        self,
        resource_name: str,
        *,
        url: pulumi.Input[str],
        enabled_events: pulumi.Input[Sequence[pulumi.Input[str]] | None] = None,
        status: pulumi.Input[str] = "enabled",
        adopt: pulumi.Input[str | None] = None,
        existing_signing_secret: pulumi.Input[str | None] = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an endpoint.

        Args:
            resource_name: its name in the program.
            url: an absolute https URL (http in the sandbox only), without user:password and fragment.
            enabled_events: names of events; omitted, None or `["*"]` means all. Order doesn't matter.
            status: "enabled" or "disabled".
            adopt: the id of an endpoint that exists, to manage it instead of creating one.
            existing_signing_secret: with `adopt`, its secret, if you still have it.
            opts: Pulumi's resource options.
        """
        props = {
            "url": url,
            "enabled_events": enabled_events,
            "status": status,
            "adopt": adopt,
            "existing_signing_secret": _secret(existing_signing_secret),
            # Check puts the key in its place; the engine keeps a name secret once an input of it was. What stands
            # here until then names the stack, which the engine doesn't tell a dynamic provider.
            "idempotency_key": pulumi.Output.secret(pulumi.get_stack()),
            "webhook_endpoint_id": None,
            "created_at": None,
            "environment": None,
            "signing_secret": None,
        }
        # Subclasses had another type before 0.2: without the alias, their endpoints would be replaced.
        aliases = [pulumi.Alias(type_=_UNNAMED_TYPE)] if type(self) is not WebhookEndpoint else []
        hidden = pulumi.ResourceOptions(additional_secret_outputs=["signing_secret"], aliases=aliases)
        super().__init__(KineticProvider(), resource_name, props, pulumi.ResourceOptions.merge(opts, hidden))

    def translate_input_property(self, prop: str) -> str:
        """The schema's name of a property. See docs/contributing/engine-facts.md#property-names."""
        return prop if prop.startswith("__") else to_camel(prop)

    def translate_output_property(self, prop: str) -> str:
        """The Python attribute of a property."""
        return prop if prop.startswith("__") else to_snake(prop)


@dataclass(frozen=True)
class WebhookEndpointInfo:
    """What the API tells about an endpoint that exists; never a secret."""

    webhook_endpoint_id: str
    url: str
    enabled_events: list[str] | None
    status: str
    created_at: str | None


def get_webhook_endpoint(webhook_endpoint_id: str) -> WebhookEndpointInfo:
    """Look one endpoint up, when the program runs (so in a preview too).

    Raises:
        NotFoundError: no such endpoint in the key's organization and environment.
        KineticError: settings are missing, or the API can't be asked.
    """
    with _lookup() as api:
        return _info(api.get(webhook_endpoint_id))


def list_webhook_endpoints() -> list[WebhookEndpointInfo]:
    """All endpoints of the key's environment, when the program runs (so in a preview too).

    Raises:
        KineticError: settings are missing, or the API can't be asked.
    """
    with _lookup() as api:
        return [_info(found) for found in api.list()]


def _door(doing: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Let out only messages that are fit for a user.

    Any exception of a dynamic provider reaches the user as a traceback. Raised again here, without cause and
    inner frames, a few lines remain and the last one says it all.
    See docs/contributing/engine-facts.md#errors-of-a-dynamic-provider.
    """

    def decorate(method: Callable[P, T]) -> Callable[P, T]:
        @wraps(method)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return method(*args, **kwargs)
            except errors.KineticError as error:
                raise error.with_traceback(None) from None
            except Exception as error:  # noqa: BLE001 whatever it is, its text may hold a secret
                raise errors.UnexpectedError.of(doing, error) from None

        return guarded

    return decorate


class KineticProvider(dynamic.ResourceProvider):
    """What the engine calls, in the process of `python -m pulumi.dynamic`.

    Pickled by reference into every resource's state: it must hold nothing until `configure` has run.
    See docs/contributing/engine-facts.md#no-dict-in-the-pickle.
    """

    _lifecycle: Lifecycle
    _problems: Sequence[str] = ()

    @_door("configure the provider")
    def configure(self, req: ConfigureRequest) -> None:
        """Take the settings; mistakes in them are reported by `check`, which can show them well."""
        try:
            loaded = settings.load(lambda key: req.config.get(f"kinetic:{key}"), os.environ)
        except errors.SettingsError as error:
            self._problems = error.problems
            return
        journal = Journal(default_folder())
        self._lifecycle = Lifecycle(loaded, Client(loaded), journal, warn=pulumi.log.warn)

    @_door("check the inputs")
    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Validate the inputs, and give a new resource its idempotency key."""
        olds = _values(_olds)
        environment = None if self._problems else self._life().environment
        checked = inputs.check(olds, _values(news), environment=environment, new_key=str(uuid4()))
        if not self._problems:
            self._life().knows(olds.get("adopt"))
            self._life().serves(get_project(), news.get("idempotencyKey") or "")
        broken = [CheckFailure("", problem) for problem in self._problems]
        return CheckResult(checked.inputs, broken + [CheckFailure(*one.told()) for one in checked.failures])

    @_door("compare the state with the program")
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Changed or not; never a replacement.

        A state that the plugin door saved holds no provider, without which the SDK can neither read nor delete:
        "changed" once, an update that makes no API call, puts it there.
        See docs/contributing/engine-facts.md#changing-doors.
        """
        names = self._life().diff(_id, _values(_olds), _values(_news))
        return DiffResult(changes=bool(names) or _PROVIDER not in _olds, replaces=[])

    @_door("create the endpoint")
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create or adopt. A half-made endpoint is deleted again, since an error here drops its state."""
        try:
            endpoint_id, state = self._life().create(_values(props))
        except errors.PartialCreateError as partial:
            raise self._life().undo(partial) from None
        return CreateResult(endpoint_id, state)

    @_door("read the endpoint")
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """The endpoint as it is now; `ReadResult(None, {})` where the API says that it is gone."""
        state = self._life().read(id_, _values(props))
        return ReadResult(None, {}) if state is None else ReadResult(id_, state, lifecycle.inputs_of(state))

    @_door("update the endpoint")
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """One PATCH of what differs."""
        return UpdateResult(self._life().update(_id, _values(_olds), _values(_news)))

    @_door("delete the endpoint")
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Delete; gone already is as good."""
        self._life().delete(_id, _values(_props))

    def _life(self) -> Lifecycle:
        if self._problems:
            raise errors.SettingsError(self._problems)
        return self._lifecycle


def _values(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's property bag in plain values: without our pickle, unknowns as the engine spells them."""
    return {name: _known(value) for name, value in properties.items() if name != _PROVIDER}


def _known(value: Any) -> Any:
    if isinstance(value, list):
        return [_known(item) for item in value]
    return values.UNKNOWN if isinstance(value, pulumi.output.Unknown) else value


def _secret(value: Any) -> Any:
    return None if value is None else pulumi.Output.secret(value)


@contextmanager
def _lookup() -> Iterator[Client]:
    loaded = settings.load(pulumi.Config("kinetic").get, os.environ)
    api = Client(loaded)
    try:
        yield api
    finally:
        api.close()


def _info(found: Endpoint) -> WebhookEndpointInfo:
    return WebhookEndpointInfo(**found.model_dump(exclude={"signing_secret"}))
