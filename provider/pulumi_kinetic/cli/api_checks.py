"""What `doctor` says of the settings, and of what the API answers. Pure functions."""

from collections.abc import Mapping, Sequence
from datetime import timezone
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from pulumi_kinetic import errors, redact
from pulumi_kinetic.cli.check import Check
from pulumi_kinetic.cli.configured import Answer, Configured
from pulumi_kinetic.settings import SOURCES, Settings

_MAX_SKEW_SECONDS = 60
_MAX_NAMES = 3
_DOCUMENTED_VERSION = str(Settings.model_fields["api_version"].default)
_WRITE_SCOPE = "only a write can prove it, and doctor makes none: webhook_endpoints:write is needed for `pulumi up`"
_SET_KEY = f"`pulumi config set --secret kinetic:apiKey`, or set {SOURCES['api_key'].variable}."
# They name certificates for other programs; what is read is SSL_CERT_FILE and SSL_CERT_DIR.
_UNREAD_CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_READ_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


class EndpointEnvironment(NamedTuple):
    """An endpoint of the state: which environment it belongs to, and which one its key does, if that is known."""

    name: str
    environment: str
    key_environment: str | None


def api_key(configured: Configured) -> Check:
    """Tell whether there is a key that can be one, and where it comes from."""
    name = configured.named("API key")
    if problems := configured.problems_of("api_key"):
        unknown = "" if configured.is_config_known else " (the stack's configuration can't be read: see `stack`)"
        return Check(name, "fail", "; ".join(problems) + unknown, _SET_KEY)
    origin = configured.origins["api_key"]
    detail = f"a {configured.environment} key, from {origin}"
    if SOURCES["api_key"].variable in configured.outdone:
        return Check(
            name,
            "warn",
            f"{detail}; {SOURCES['api_key'].variable} has another one, which isn't used",
            "Remove one of the two: `pulumi config rm kinetic:apiKey`, or unset the variable.",
        )
    return Check(name, "pass", detail)


def base_url(configured: Configured) -> Check:
    """Tell where requests go, and whether a key crosses the network unencrypted."""
    name = configured.named("base URL")
    if problems := configured.problems_of("base_url"):
        cure = "`pulumi config set kinetic:baseUrl https://…`"
        return Check(name, "fail", "; ".join(problems), f"{cure}, or set {SOURCES['base_url'].variable}.")
    shown = redact.bare_origin(configured.settings.base_url)
    detail = f"{shown}, from {configured.origins['base_url']}"
    if configured.settings.warning:
        return Check(name, "warn", configured.settings.warning, "`pulumi config set kinetic:baseUrl https://…`")
    if SOURCES["base_url"].variable in configured.outdone:
        unused = f"; {SOURCES['base_url'].variable} has another one, which isn't used"
        return Check(name, "warn", detail + unused, "Remove one of the two.")
    return Check(name, "pass", detail)


def api_version(configured: Configured) -> Check:
    """Tell which version of the API is asked for."""
    name = configured.named("API version")
    if problems := configured.problems_of("api_version"):
        return Check(name, "fail", "; ".join(problems), "`pulumi config rm kinetic:apiVersion`")
    version = configured.settings.api_version
    if version != _DOCUMENTED_VERSION:
        detail = f"{version}; this release was written for {_DOCUMENTED_VERSION}"
        return Check(name, "warn", detail, "`pulumi config rm kinetic:apiVersion`, unless you need that version.")
    return Check(name, "pass", version)


def limits(configured: Configured) -> Check:
    """Tell how long a call may take."""
    name = configured.named("limits")
    if problems := configured.problems_of("timeout_seconds") + configured.problems_of("max_retries"):
        return Check(name, "fail", "; ".join(problems), "`pulumi config set` a number, or `pulumi config rm` it.")
    given = configured.settings
    return Check(name, "pass", f"{given.timeout_seconds:g} s an attempt, {given.max_retries} retries")


def network(
    configured: Configured, proxy: str | None, problem: errors.KineticError | None, variables: Mapping[str, str]
) -> Check:
    """Tell which proxy and which certificates requests use.

    Args:
        configured: The settings.
        proxy: Its scheme and host; None for none.
        problem: What can't be used of what the environment has.
        variables: The process environment.
    """
    name = configured.named("network")
    if problem:
        return Check(name, "fail", _problem_of(problem), "Correct the variable, or unset it.")
    if configured.problems_of("base_url"):
        return _not_yet(name)
    if configured.settings.is_on_this_machine:
        return Check(name, "pass", "the API is on this machine: no proxy is used")
    used = [variable for variable in _READ_CERTIFICATES if variables.get(variable)]
    detail = (
        f"{f'proxy {proxy}' if proxy else 'no proxy'}; certificates of {' and '.join(used) or 'the package certifi'}"
    )
    unread = [variable for variable in _UNREAD_CERTIFICATES if variables.get(variable)]
    if unread and not used:
        cure = f"Set SSL_CERT_FILE to it, if {redact.origin(configured.settings.base_url)} needs it."
        return Check(name, "warn", f"{detail}; {' and '.join(unread)} isn't read", cure)
    return Check(name, "pass", detail)


def read_scope(configured: Configured, answer: Answer | None) -> Check:
    """Tell whether the API takes the key, and lets it list."""
    name = configured.named("read scope")
    if answer is None:
        return _not_yet(name)
    if answer.error is not None:
        return Check(name, "fail", _problem_of(answer.error), answer.error.advice)
    more = " and more" if answer.has_more else ""
    return Check(name, "pass", f"the API lists webhook endpoints: {answer.endpoints}{more}")


def write_scope(configured: Configured) -> Check:
    """Say that this can't be told."""
    return Check(configured.named("write scope"), "skip", _WRITE_SCOPE)


def clock(configured: Configured, answer: Answer | None) -> Check:
    """Tell whether this machine's clock agrees with the API's."""
    name = configured.named("clock")
    if answer is None:
        return _not_yet(name)
    try:
        theirs = parsedate_to_datetime(answer.date)
        seconds = (answer.at - theirs.astimezone(timezone.utc)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return Check(name, "skip", "the API has answered without a date")
    if abs(seconds) <= _MAX_SKEW_SECONDS:
        return Check(name, "pass", "agrees with the API's to the minute")
    direction = "ahead of" if seconds > 0 else "behind"
    detail = f"this machine's is {abs(seconds):,.0f} s {direction} the API's"
    return Check(name, "warn", detail, "Set the clock (NTP): certificates and signatures are judged by it.")


def environment(endpoints: Sequence[EndpointEnvironment] | None) -> Check:
    """Tell whether the stack's endpoints belong to the environment of their keys.

    Args:
        endpoints: Those of the state; None if it isn't known.
    """
    name = "environment"
    if endpoints is None:
        return Check(name, "skip", "the stack's state isn't known")
    known = [one for one in endpoints if one.key_environment]
    if not known:
        return Check(name, "skip", "no endpoint in the state" if not endpoints else "no key to compare the state with")
    wrong = [one for one in known if one.environment != one.key_environment]
    if not wrong:
        return Check(name, "pass", f"the stack's endpoints and their keys: {', '.join(sorted({e[1] for e in known}))}")
    shown = ", ".join(one.name for one in wrong[:_MAX_NAMES]) + (", …" if len(wrong) > _MAX_NAMES else "")
    return Check(
        name,
        "fail",
        f"this is a {wrong[0].key_environment} key, but these endpoints belong to {wrong[0].environment}: {shown}",
        f"Set kinetic:apiKey (and kinetic:baseUrl) to those of {wrong[0].environment}, or use another stack.",
    )


def _not_yet(name: str) -> Check:
    return Check(name, "skip", "the settings have to be right first")


def _problem_of(error: errors.KineticError) -> str:
    return str(error).removesuffix(f"\n{error.advice}").replace("\n", "; ")
