"""Where the API key, base URL, version and limits come from: stack configuration, then the environment.

See docs/contributing/design.md#configuration.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from pulumi_kinetic import redact
from pulumi_kinetic.errors import SettingsError

Environment = Literal["sandbox", "production"]

SANDBOX_URL = "https://sandbox.api.microndelta.com"
SANDBOX_KEY_PREFIX = "md_test_"
DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1", re.IGNORECASE)
_NOT_IN_A_URL = re.compile(r"[\s\x00-\x1f\x7f\\]")


class Source(NamedTuple):
    """Where one setting comes from.

    Attributes:
        config_key: Its name in stack configuration, in the namespace `kinetic`.
        variable: Its environment variable, if it has one.
    """

    config_key: str
    variable: str | None = None

    def __str__(self) -> str:
        variable = f" (or {self.variable})" if self.variable else ""
        return f"kinetic:{self.config_key}{variable}"


SOURCES = {
    "api_key": Source("apiKey", "KINETIC_API_KEY"),
    "base_url": Source("baseUrl", "KINETIC_BASE_URL"),
    "api_version": Source("apiVersion"),
    "timeout_seconds": Source("timeoutSeconds"),
    "max_retries": Source("maxRetries"),
}

_MISSING_KEY = (
    "the API key is missing: set it with `pulumi config set --secret kinetic:apiKey`, "
    f"or in the environment variable {SOURCES['api_key'].variable}"
)
_MISSING_URL = (
    f"this is a production key (no `{SANDBOX_KEY_PREFIX}` prefix), so a base URL is required: set it with "
    f"`pulumi config set kinetic:baseUrl https://…`, or in the environment variable {SOURCES['base_url'].variable}"
)


class Mistake(NamedTuple):
    """What is wrong with one setting.

    Attributes:
        setting: Its name in `SOURCES`.
        problem: A sentence that names it, without the key.
    """

    setting: str
    problem: str


def _mistake(reason: str) -> PydanticCustomError:
    return PydanticCustomError("mistake", "{reason}", {"reason": reason})


def _check_key(value: object) -> str:
    key = str(value).strip()
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise _mistake("contains characters that an API key can't have (spaces, line breaks or non-ASCII characters)")
    return key


def _check_base_url(value: object) -> str:
    """Return the URL put together again from its parsed parts, so that requests go to what the rules have seen."""
    mistake = _mistake(f"must be an absolute URL such as {SANDBOX_URL}. Given: {redact.origin(str(value))}")
    text = str(value).strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port out of range, or half an IPv6 address
        raise mistake from None
    if parts.username is not None or parts.password is not None:
        raise _mistake("must not contain user:password@; the API key goes into kinetic:apiKey")
    if parts.scheme not in ("http", "https") or not host or _NOT_IN_A_URL.search(text) or parts.query or parts.fragment:
        raise mistake
    given_port = f":{port}" if port not in (None, DEFAULT_PORTS[parts.scheme]) else ""
    netloc = (f"[{host}]" if ":" in host else host) + given_port
    return f"{parts.scheme}://{netloc}{parts.path}".rstrip("/").removesuffix("/v1")


def _check_version(value: object) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value), re.ASCII):
        raise _mistake(f"must be a date such as 2026-06-11. Given: {redact.value(value)}")
    return str(value)


def _number(kind: type[int] | type[float], lowest: float, highest: float) -> BeforeValidator:
    def validate(value: object) -> float:
        number = float("nan")
        # a plugin's setting may be any JSON, and stack configuration any text
        with suppress(ValueError, OverflowError):
            if isinstance(value, str) and re.fullmatch(r"[\s\w.+-]*", value, re.ASCII) and "_" not in value:
                number = kind(value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                number = float(value)
        if not lowest <= number <= highest or kind(number) != number:
            raise _mistake(
                f"must be a {'whole ' if kind is int else ''}number between {lowest:g} and {highest:g}. "
                f"Given: {redact.value(value)}"
            )
        return kind(number)

    return BeforeValidator(validate)


class Settings(BaseModel):
    """What a client needs to know to call the API."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    api_key: Annotated[SecretStr, BeforeValidator(_check_key)] = Field(
        description="API key. Keys that start with `md_test_` belong to the sandbox, all others to production."
    )
    base_url: Annotated[str, BeforeValidator(_check_base_url)] = Field(
        SANDBOX_URL, description="Base URL of the API; required with a production key. Default: the sandbox."
    )
    api_version: Annotated[str, BeforeValidator(_check_version)] = Field(
        "2026-06-11", description="API version, sent as `MD-Version`."
    )
    timeout_seconds: Annotated[float, _number(float, 0.01, 3600)] = Field(
        30.0, description="How long to wait for an answer, in seconds."
    )
    max_retries: Annotated[int, _number(int, 0, 20)] = Field(
        4, description="How often a request that failed for a temporary reason is sent again."
    )

    @property
    def environment(self) -> Environment:
        """The environment that the key belongs to."""
        return environment_of(self.api_key.get_secret_value())

    @property
    def account(self) -> str:
        """A digest that tells one account at one API from another, without revealing the key."""
        return hashlib.sha256(f"{self.base_url} {self.api_key.get_secret_value()}".encode()).hexdigest()[:16]

    @property
    def is_on_this_machine(self) -> bool:
        """Whether requests go to loopback: any key may then cross unencrypted, and no proxy may see it."""
        return bool(_LOOPBACK.fullmatch(urlsplit(self.base_url).hostname or ""))

    @property
    def warning(self) -> str | None:
        """What the user should know about these settings; None where there is nothing to say."""
        if not _is_in_the_clear(self.base_url):
            return None
        return (
            f"{SOURCES['base_url']} is {redact.value(self.base_url)}: the API key and signing secrets cross the "
            "network unencrypted. Use https://, unless only you can see this network"
        )

    @property
    def deadline_seconds(self) -> float:
        """How long a call may take, in seconds: no attempt begins later, waits included."""
        return self.timeout_seconds * (self.max_retries + 1)


def environment_of(api_key: str) -> Environment:
    """Return the environment that a key belongs to: `sandbox` if it starts with `md_test_`, else `production`."""
    return "sandbox" if api_key.startswith(SANDBOX_KEY_PREFIX) else "production"


def load(config: Callable[[str], object], variables: Mapping[str, str]) -> Settings:
    """Read the settings from stack configuration, else from environment variables, else take the defaults.

    Args:
        config: Returns the value of a key of the namespace `kinetic` ("apiKey"), or None.
        variables: The process environment.

    Raises:
        SettingsError: Has every mistake, none of which shows the key.
    """
    settings, mistakes = read(config, variables)
    if settings is None:
        raise SettingsError([mistake.problem for mistake in mistakes])
    return settings


def read(config: Callable[[str], object], variables: Mapping[str, str]) -> tuple[Settings | None, list[Mistake]]:
    """Return the settings, or None and every mistake in them; the arguments are those of `load`."""
    given = {name: _look_up(source, config, variables) for name, source in SOURCES.items()}
    given = {name: value for name, value in given.items() if value not in (None, "")}
    mistakes = _mistakes_between(given)
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        found = [mistake for mistake in error.errors(include_input=False) if mistake["type"] != "missing"]
        return None, mistakes + [_mistake_in(str(mistake["loc"][0]), mistake["msg"]) for mistake in found]
    return (None if mistakes else settings), mistakes


def _look_up(source: Source, config: Callable[[str], object], variables: Mapping[str, str]) -> object:
    value = config(source.config_key)
    return value if value not in (None, "") or source.variable is None else variables.get(source.variable)


def _mistake_in(name: str, message: str) -> Mistake:
    return Mistake(name, f"{SOURCES[name]} {message}")


def _mistakes_between(given: Mapping[str, object]) -> list[Mistake]:
    """Say what is wrong with a key and a base URL that are right by themselves."""
    key, url = given.get("api_key"), given.get("base_url")
    if key is None:
        return [Mistake("api_key", _MISSING_KEY)]
    if environment_of(str(key).strip()) == "sandbox":
        return []
    if url is None:
        return [Mistake("base_url", _MISSING_URL)]
    if _is_in_the_clear(str(url).strip()):
        return [_mistake_in("base_url", "must begin with https:// when the API key belongs to production")]
    return []


def _is_in_the_clear(url: str) -> bool:
    """Tell whether a key sent to this URL crosses a network unencrypted."""
    with suppress(ValueError):  # what isn't a URL is reported by itself
        parts = urlsplit(url)
        return parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname or "")
    return False
