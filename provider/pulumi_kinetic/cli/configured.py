"""What the providers of a stack are configured with, and what the API answers with that: facts for `doctor`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import TypeVar

from pulumi_kinetic import errors, settings, transport
from pulumi_kinetic.cli.state import DeclaredEndpoint
from pulumi_kinetic.client import Client
from pulumi_kinetic.settings import SOURCES, Environment, Mistake, Settings

_STAND_IN = f"{settings.SANDBOX_KEY_PREFIX}none"
_MAX_WAIT_SECONDS = 10.0
_DEFAULT_ORIGIN = "the default"
_CONFIG_ORIGIN = "the stack's configuration"
Config = Callable[[str], object]
T = TypeVar("T")


@dataclass(frozen=True)
class Configured:
    """What a provider is configured with.

    Attributes:
        provider: The name of an explicit provider; None for what the stack's configuration and the environment say.
        settings: All of it, but for the mistakes: in place of each, and of the key if there is any, is a stand-in.
        mistakes: Every one.
        environment: Which environment the key belongs to; None if there is none that can be used.
        origins: Where the key and the base URL come from, as a message says it.
        outdone: Variables whose value isn't used, since the stack's configuration has another one.
        is_config_known: Whether the stack's configuration could be read.
    """

    provider: str | None
    settings: Settings
    mistakes: Sequence[Mistake]
    environment: Environment | None
    origins: Mapping[str, str]
    outdone: Sequence[str] = ()
    is_config_known: bool = True

    def named(self, name: str) -> str:
        """Return a check's name, with the provider's if it is explicit."""
        return name if self.provider is None else f'{name} of provider "{self.provider}"'

    def problems_of(self, setting: str) -> list[str]:
        """Return what is wrong with a setting."""
        return [mistake.problem for mistake in self.mistakes if mistake.setting == setting]


@dataclass(frozen=True)
class Answer:
    """What the API has answered to one listing of one page.

    Attributes:
        endpoints: How many the page has.
        has_more: Whether there are more.
        error: Why there is no page.
        date: The header Date; "" without one.
        at: When the answer was there, by this machine's clock.
    """

    endpoints: int = 0
    has_more: bool = False
    error: errors.KineticError | None = None
    date: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))


def configured_of(
    config: Config | None, declared: Sequence[DeclaredEndpoint], variables: Mapping[str, str]
) -> Iterator[Configured]:
    """Return what each provider of a stack is configured with; the stack's own configuration only where it counts.

    Args:
        config: Looks up the stack's configuration; None if it can't be read.
        declared: The stack's endpoints.
        variables: The process environment.
    """
    own = _configuration(None, config or (lambda _: None), variables, is_known=config is not None)
    explicit = {one.provider_urn: one.provider for one in declared if one.provider is not None}
    if not explicit or own.environment or any(one.provider is None for one in declared):
        yield own
    for urn, inputs in explicit.items():
        yield _configuration(str(urn).rpartition("::")[2], (inputs or {}).get, variables)


def _configuration(
    provider: str | None, config: Config, variables: Mapping[str, str], *, is_known: bool = True
) -> Configured:
    loaded, mistakes = settings.read(config, variables)
    if loaded:
        _, error = tried(lambda: transport.parse_base_url(loaded))
        mistakes = [settings.Mistake("base_url", str(error))] if error else []
    values = {name: _value_of(name, config, variables) for name in SOURCES}
    wrong = {mistake.setting for mistake in mistakes}
    right = {name: value for name, (value, _) in values.items() if value and name not in wrong}
    key = str(right.get("api_key", "")).strip()
    return Configured(
        provider=provider,
        settings=Settings.model_validate(right | ({"api_key": _STAND_IN} if wrong else {})),
        mistakes=mistakes,
        environment=settings.environment_of(key) if key else None,
        origins={name: origin for name, (_, origin) in values.items()},
        outdone=[str(source.variable) for source in SOURCES.values() if _is_outdone(source, config, variables)],
        is_config_known=is_known,
    )


def _value_of(name: str, config: Config, variables: Mapping[str, str]) -> tuple[object, str]:
    """A setting's value, which may be secret, and where it comes from."""
    source = SOURCES[name]
    if (value := config(source.config_key)) not in (None, ""):
        return value, _CONFIG_ORIGIN
    value = variables.get(source.variable) if source.variable else None
    return (value, str(source.variable)) if value else (None, _DEFAULT_ORIGIN)


def _is_outdone(source: settings.Source, config: Config, variables: Mapping[str, str]) -> bool:
    given, unused = config(source.config_key), variables.get(source.variable or "")
    return bool(given and unused) and str(given).strip() != str(unused).strip()


def ask(given: Settings) -> Answer:
    """Return what the API answers to one GET of one page."""
    dates = [""]

    def page() -> Answer:
        seconds = min(given.timeout_seconds, _MAX_WAIT_SECONDS)
        api = Client(given.model_copy(update={"max_retries": 0, "timeout_seconds": seconds}), dated=dates.append)
        try:
            listed = api.page()
        finally:
            api.close()
        return Answer(len(listed.data) + len(listed.unreadable), listed.has_more)

    answer, error = tried(page)
    return replace(answer or Answer(error=error), date=dates[-1])


@errors.user_facing("look at it")
def _read_or_tell(read: Callable[[], T]) -> T:
    return read()


def tried(read: Callable[[], T]) -> tuple[T | None, errors.KineticError | None]:
    """Return what a function does, or the error that it ends in; a defect is one, too."""
    try:
        return _read_or_tell(read), None
    except errors.KineticError as error:
        return None, error
