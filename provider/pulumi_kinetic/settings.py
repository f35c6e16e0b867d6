"""Where the API key, base URL, version and limits come from: stack configuration, then the environment."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError

from pulumi_kinetic.endpoint import Environment
from pulumi_kinetic.errors import SettingsError
from pulumi_kinetic.redact import shown

SANDBOX_URL = "https://sandbox.api.microndelta.com"
SANDBOX_KEY_PREFIX = "md_test_"
_LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1", re.IGNORECASE)
_NOT_IN_A_URL = re.compile(r"[\s\x00-\x1f\x7f\\]")


class Source(NamedTuple):
    """The names of one setting: in stack configuration (namespace `kinetic`) and in the environment."""

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
    "the API key is missing: set it with `pulumi config set --secret kinetic:apiKey …`, "
    f"or in the environment variable {SOURCES['api_key'].variable}"
)
_MISSING_URL = (
    f"the API key is of production (it doesn't begin {SANDBOX_KEY_PREFIX}), and no base URL is set: the API reference "
    "names no production address, so set it with `pulumi config set kinetic:baseUrl https://…`, "
    f"or in the environment variable {SOURCES['base_url'].variable}"
)


def _mistake(reason: str) -> PydanticCustomError:
    return PydanticCustomError("mistake", "{reason}", {"reason": reason})


def _check_key(value: Any) -> Any:
    key = str(value).strip()
    if not re.fullmatch(r"[\x21-\x7e]+", key):
        raise _mistake("holds characters that an API key can't have (spaces, line breaks or non-ASCII ones)")
    return key


def _check_base_url(value: Any) -> Any:
    """The URL put together again from its parsed parts, so that what the rules look at is what requests are sent to."""
    mistake = _mistake(f"must be an absolute URL such as {SANDBOX_URL}. Given: {shown(value)}")
    text = str(value).strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port out of range, or half an IPv6 address
        raise mistake from None
    if parts.username is not None or parts.password is not None:
        raise _mistake("must not hold user:password@; the API key goes into kinetic:apiKey")
    if parts.scheme not in ("http", "https") or not host or _NOT_IN_A_URL.search(text) or parts.query or parts.fragment:
        raise mistake
    netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    return f"{parts.scheme}://{netloc}{parts.path}".rstrip("/").removesuffix("/v1")


def _check_version(value: Any) -> Any:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
        raise _mistake(f"must be a date such as 2026-06-11. Given: {shown(value)}")
    return value


def _number(kind: Callable[[Any], float], lowest: float, highest: float) -> BeforeValidator:
    def validate(value: Any) -> Any:
        try:
            number = kind(value)
        except ValueError:
            number = float("nan")
        if not lowest <= number <= highest:
            raise _mistake(f"must be a number between {lowest:g} and {highest:g}. Given: {shown(value)}")
        return number

    return BeforeValidator(validate)


class Settings(BaseModel):
    """What a client needs to know to call the API. See docs/contributing/design.md#configuration."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    api_key: Annotated[SecretStr, BeforeValidator(_check_key)] = Field(
        description="API key. A key that begins `md_test_` is of the sandbox, any other of production."
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
        4, description="How often a request that failed for a passing reason is sent again."
    )

    @property
    def environment(self) -> Environment:
        """The environment that the key is of. See docs/contributing/design.md#configuration."""
        return environment_of(self.api_key.get_secret_value())

    @property
    def deadline_seconds(self) -> float:
        """When no further attempt of a call is begun, waits included."""
        return self.timeout_seconds * (self.max_retries + 1)


def environment_of(api_key: str) -> Environment:
    """`sandbox` for keys that begin `md_test_`, else `production`."""
    return "sandbox" if api_key.startswith(SANDBOX_KEY_PREFIX) else "production"


def load(config: Callable[[str], Any], variables: Mapping[str, str]) -> Settings:
    """Settings from stack configuration, else from environment variables, else by default.

    Args:
        config: gives the value of a key of the namespace `kinetic` ("apiKey"), or None.
        variables: the process environment.

    Raises:
        SettingsError: with every mistake, none of which shows the key.
    """
    given = {name: _lookup(source, config, variables) for name, source in SOURCES.items()}
    given = {name: value for name, value in given.items() if value not in (None, "")}
    problems = _cross_problems(given)
    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        problems += [
            _problem(one["loc"][0], one["msg"]) for one in error.errors(include_input=False) if one["type"] != "missing"
        ]
    if problems:
        raise SettingsError(problems) from None
    return settings


def _lookup(source: Source, config: Callable[[str], Any], variables: Mapping[str, str]) -> Any:
    value = config(source.config_key)
    return value if value not in (None, "") or source.variable is None else variables.get(source.variable)


def _problem(name: int | str, message: str) -> str:
    return f"{SOURCES[str(name)]} {message}"


def _cross_problems(given: Mapping[str, Any]) -> list[str]:
    """What is wrong with a key and a base URL that are right by themselves."""
    key, url = given.get("api_key"), given.get("base_url")
    if key is None:
        return [_MISSING_KEY]
    if environment_of(str(key).strip()) == "sandbox":
        return []
    if url is None:
        return [_MISSING_URL]
    if _is_in_the_clear(str(url).strip()):
        return [_problem("base_url", "must begin with https:// when the API key is of production")]
    return []


def _is_in_the_clear(url: str) -> bool:
    """Whether a key sent to this URL crosses a network unencrypted."""
    with suppress(ValueError):  # what is no URL is reported by itself
        parts = urlsplit(url)
        return parts.scheme == "http" and not _LOOPBACK.fullmatch(parts.hostname or "")
    return False
