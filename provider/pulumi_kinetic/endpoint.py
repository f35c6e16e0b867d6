"""What a webhook endpoint's properties are, what they mean, and what differs. Pure functions of plain values."""

import re
from collections.abc import Collection, Mapping
from typing import Literal, TypedDict, TypeVar, cast, get_args

from pydantic.alias_generators import to_snake

from pulumi_kinetic.settings import DEFAULT_PORTS, Environment
from pulumi_kinetic.values import UNKNOWN, contains_unknown

PLUGIN_TYPE = "kinetic:index:WebhookEndpoint"

Updatable = Literal["url", "enabledEvents", "status"]
UPDATABLE: tuple[Updatable, ...] = get_args(Updatable)
"""The properties that the API can change, in the schema's order."""
ECHOED: tuple[Updatable, ...] = ("url", "enabledEvents")
"""The properties that a server may store in a form of its own. The status is an enumeration: another one is another."""
SECRET_NAMES = frozenset({"signingSecret", "existingSigningSecret", "idempotencyKey", "echo"})
"""The properties that are secret, however they came; the echo, since it may hold a secret URL."""

URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://"
    r"(?P<user>[^/?#]*@)?(?P<host>\[[^]/?#@]*\]|[^]:/?#@\[]*)(?::(?P<port>[0-9]*))?"
    r"(?P<path>/[^?#]*)?(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.IGNORECASE | re.DOTALL,
)
MAX_PORT_DIGITS = 5
_ALL_EVENTS = ["*"]
DEFAULTS: dict[Updatable, object] = {"url": "", "enabledEvents": _ALL_EVENTS, "status": "enabled"}
"""What it means that a property isn't given."""
Bag = TypeVar("Bag", bound=Mapping[str, object])


class Patch(TypedDict, total=False):
    """What an update may change. The names are the schema's, as the engine keeps them in state."""

    url: str
    enabledEvents: list[str] | None
    status: str | None


class Inputs(Patch, total=False):
    """What a user declares, and the Idempotency-Key that `check` adds."""

    adopt: str | None
    existingSigningSecret: str | None
    idempotencyKey: str


class Echo(TypedDict):
    """What the server made of a value that we wrote."""

    written: object
    stored: object


class State(Inputs, total=False):
    """What the engine keeps of an endpoint: its inputs, and what only the API knows.

    Three properties are hidden: they aren't in the schema, and never show as a difference. `account` says where the
    endpoint was last seen. `continued` marks what a continued create returned, each with another mark. `echo` is
    missing where the server stores what we write. See docs/contributing/design.md#another-account,
    docs/contributing/design.md#6-a-delete-spares-what-a-continued-create-returned and
    docs/contributing/design.md#the-servers-echo.
    """

    webhookEndpointId: str
    createdAt: str | None
    environment: Environment
    signingSecret: str | None
    continued: str
    echo: Mapping[str, Echo]
    account: str


def canonical(name: Updatable, value: object) -> object:
    """Return a value of a property in a form in which equal meanings are equal.

    See docs/contributing/design.md#equal.
    """
    if value is None:
        value = DEFAULTS[name]
    if contains_unknown(value):
        return UNKNOWN
    match name:
        case "url":
            return _canonical_url(str(value))
        case "enabledEvents" if isinstance(value, list | tuple):
            return frozenset(value)
        case _:
            return value


def patch_for(state: Patch, inputs: Patch) -> Patch:
    """Return what has to be sent so that the endpoint of a state becomes what the inputs declare.

    Returns: The properties whose meaning differs, with their new values; empty where nothing differs.
    """
    changed = {
        name: value_or_default(name, inputs)
        for name in UPDATABLE
        if canonical(name, state.get(name)) != canonical(name, inputs.get(name))
    }
    return cast("Patch", changed)


def value_or_default(name: Updatable, values: Patch) -> object:
    """Return a property's value; what it means that it isn't given, where it isn't."""
    value = values.get(name)
    return DEFAULTS[name] if value is None else value


def changed_names(state: State, inputs: Inputs) -> list[str]:
    """Return the names of the properties that an update would change, in the schema's order."""
    # an imported or adopted endpoint's secret may be supplied later
    supplied = ["existingSigningSecret"] if state.get("signingSecret") != known_secret(state, inputs) else []
    return [*patch_for(state, inputs), *supplied]


def declared_form(declared: Patch, actual: Patch, echo: Mapping[str, Echo]) -> Patch:
    """Return what the server has, spelled as the user did wherever that means the same.

    A refresh of a dynamic resource is given old outputs only, so these keep order, repeats and omissions.
    See docs/contributing/engine-facts.md#old-outputs-only.

    Args:
        declared: The properties as the user declared them.
        actual: The properties as the server has them.
        echo: What the server made of earlier writes, by property.
    """
    merged: dict[str, object] = {
        name: _declared_value(name, declared.get(name), actual.get(name), echo.get(name)) for name in UPDATABLE
    }
    return cast("Patch", without_none(merged))


def _declared_value(name: Updatable, declared: object, actual: object, echo: Echo | None) -> object:
    if canonical(name, actual) == canonical(name, declared):
        return declared
    if echo is None or canonical(name, actual) != canonical(name, echo["stored"]):
        return actual
    # what is declared no longer says it after a drift that has gone again
    return declared if canonical(name, declared) == canonical(name, echo["written"]) else echo["written"]


def echo_of(before: Mapping[str, Echo], inputs: Patch, written: Collection[str], answer: Patch) -> Mapping[str, Echo]:
    """Return what the server makes of our writes, after one more of them; nothing where it stores what was written.

    Args:
        before: What it made of the earlier ones, by property.
        inputs: The properties as the user declares them.
        written: The names of those that this write decided: sent, or left out of a create for their default.
        answer: The properties in the server's answer to it.
    """
    kept = {name: echo for name, echo in before.items() if name not in written}
    made: dict[str, Echo] = {
        name: {"written": value_or_default(name, inputs), "stored": value_or_default(name, answer)}
        for name in ECHOED
        if name in written and canonical(name, inputs.get(name)) != canonical(name, answer.get(name))
    }
    return {**kept, **made}


def inputs_of(state: State) -> Inputs:
    """Return the inputs that a state holds, as a refresh reports them.

    See docs/contributing/engine-facts.md#readresult-inputs.
    """
    names = Inputs.__annotations__
    return cast("Inputs", {name: value for name, value in without_none(state).items() if name in names})


def without_defaults(inputs: Inputs, declared: Mapping[str, object]) -> Inputs:
    """Return inputs without those that a program has left out and that still mean what leaving them out means.

    Args:
        inputs: What a read has found.
        declared: The inputs of the last run, as the plugin's reads are given them.
    """
    kept = {
        name: value
        for name, value in inputs.items()
        if name in declared or name not in UPDATABLE or canonical(name, value) != canonical(name, None)
    }
    return cast("Inputs", kept)


def planned_create(inputs: Inputs, environment: Environment) -> State:
    """Return the state that a create will lead to, as far as a preview can know it. Makes no request."""
    adopted = inputs.get("adopt")
    computed: State = {
        "webhookEndpointId": adopted or UNKNOWN,
        "createdAt": UNKNOWN,
        "environment": environment,
        "signingSecret": inputs.get("existingSigningSecret") if adopted else UNKNOWN,
    }
    return without_none(cast("State", {**inputs, **computed}))


def adoption_notice(inputs: Inputs) -> str:
    """Return what the preview of an adoption says; "" where nothing is adopted, or what isn't known yet."""
    adopted = inputs.get("adopt")
    if not adopted or adopted == UNKNOWN:
        return ""
    return (
        f"adopts {adopted}: no endpoint is created, and a PATCH changes what differs from the program. What that is "
        "isn't known in a preview, which sends no request."
    )


def planned_update(state: State, inputs: Inputs) -> State:
    """Return the state that an update will lead to; what only the API knows stays. Makes no request."""
    names = ("webhookEndpointId", "createdAt", "environment", "account", "continued", "echo")
    kept = {name: state.get(name) for name in names}
    return without_none(cast("State", {**inputs, **kept, "signingSecret": known_secret(state, inputs)}))


def known_secret(state: State, inputs: Inputs) -> str | None:
    """Return the signing secret: the state's, else the one that the inputs supply. A known one is never replaced."""
    return state.get("signingSecret") or inputs.get("existingSigningSecret")


def fields_of(patch: Patch) -> dict[str, object]:
    """Return the same properties under the API's names."""
    return {to_snake(name): value for name, value in patch.items()}


def without_none(properties: Bag) -> Bag:
    """Return the properties that have a value: the engine doesn't tell None from a missing one."""
    return cast("Bag", {name: value for name, value in properties.items() if value is not None})


def _canonical_url(url: str) -> str:
    match = URL.fullmatch(url)
    if not match:
        return url
    scheme = match["scheme"].lower()
    # int() refuses thousands of digits, and a port that long is no port anyway
    port = match["port"] if len(match["port"] or "") > MAX_PORT_DIGITS else int(match["port"] or 0)
    path, query, fragment = match["path"] or "/", match["query"] or "", match["fragment"] or ""
    host = match["host"].lower()
    return f"{scheme}://{match['user'] or ''}{host}:{port or DEFAULT_PORTS.get(scheme)}{path}{query}{fragment}"
