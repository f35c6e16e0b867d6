"""Looks at the set-up, and changes nothing: what it reads are plain facts, and what they mean is in the checks.

Each check is made whatever becomes of the others. See docs/reference/command.md#doctor.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import pulumi_kinetic
from pulumi_kinetic import errors, transport
from pulumi_kinetic.address import backend_url, project_file, project_name, stack_and_project
from pulumi_kinetic.cli import api_checks, machine_checks, plugins
from pulumi_kinetic.cli.api_checks import EndpointEnvironment
from pulumi_kinetic.cli.check import Check
from pulumi_kinetic.cli.configured import Config, Configured, ask, configured_of, tried
from pulumi_kinetic.cli.stack import Stack, run_cli
from pulumi_kinetic.cli.state import (
    DeclaredEndpoint,
    declared_endpoints,
    endpoints_of,
    pending_creates_of,
    stack_urn_of,
)
from pulumi_kinetic.endpoint import PLUGIN_TYPE
from pulumi_kinetic.journal import Journal, default_folder
from pulumi_kinetic.redact import REDACTED
from pulumi_kinetic.settings import SOURCES
from pulumi_kinetic.values import JsonObject

_CONTAINER_MARKS = (Path("/.dockerenv"), Path("/run/.containerenv"))


@dataclass(frozen=True)
class _ReadStack:
    """What the CLI says of a stack, as far as it says anything.

    Attributes:
        name: Its name; "" where there is no such stack.
        project: The name of its project; "" where there is none.
        state: The whole state, secrets in plain text; None if it can't be read.
        config: Looks up the stack's configuration; None likewise.
        error: Why one of them can't.
    """

    name: str
    project: str
    state: JsonObject | None
    config: Config | None
    error: errors.KineticError | None


def examine(stack: Stack, variables: Mapping[str, str]) -> list[Check]:
    """Make every check; those that need what isn't there say so.

    Args:
        stack: The stack, with a folder of its project.
        variables: The process environment.
    """
    version, cli_error = tried(lambda: run_cli(stack.folder, "version").strip())
    read = _read(stack)
    declared, _ = tried(lambda: declared_endpoints(read.state or {}))
    configured = list(configured_of(read.config, declared or [], variables))
    keys = _keys(read.config, declared or [], variables)
    checks = [
        *_made("Pulumi CLI", lambda: machine_checks.pulumi_cli(version, cli_error)),
        *_made("Pulumi SDK", lambda: machine_checks.pulumi_sdk(metadata.version("pulumi"))),
        *_made("pulumi-plugin.json", lambda: machine_checks.plugin_file(_plugin_file())),
        *_made("plugin", lambda: machine_checks.plugin(_plugin(stack, read.state, variables))),
        *_made("backend", lambda: _backend(stack, variables, read.error)),
        *_made("stack", lambda: _stack(stack, read, len(declared or []), variables, has_cli=version is not None)),
        *_made("journal", lambda: _journal(stack, variables)),
        *_made("interrupted creates", lambda: _interrupted(stack, read, variables)),
        *(check for one in configured for check in _of_the_api(one, variables)),
        *_made("environment", lambda: _environment(declared if read.state is not None else None, configured)),
    ]
    return [_without(check, keys) for check in checks]


def _keys(config: Config | None, declared: Sequence[DeclaredEndpoint], variables: Mapping[str, str]) -> set[str]:
    """Every API key that is known, right or wrong."""
    configs: list[Config] = [variables.get, *((one.provider or {}).get for one in declared)]
    configs += [config] if config else []
    values = {look_up(str(name)) for look_up in configs for name in SOURCES["api_key"]}
    return {text for value in values if len(text := str(value or "").strip()) > 1}


def _made(name: str, check: Callable[[], Check]) -> Iterator[Check]:
    """A check; whatever keeps it from being made is what it says."""
    made, error = tried(check)
    if error:
        made = Check(name, "fail", str(error).removesuffix(f"\n{error.advice}"), error.advice)
    if made:
        yield made


def _read(stack: Stack) -> _ReadStack:
    state, state_error = tried(stack.export)
    config, config_error = tried(stack.config)
    place, _ = tried(lambda: _place_of(stack, state))
    return _ReadStack(*(place or ("", "")), state, config, state_error or config_error)


def _of_the_api(configured: Configured, variables: Mapping[str, str]) -> Iterator[Check]:
    """The checks of one provider's settings, and of what the API answers with them."""
    proxy, problem = tried(lambda: transport.proxy_of(configured.settings))
    answer = None if configured.mistakes or problem else ask(configured.settings)
    if answer and isinstance(answer.error, errors.SettingsError):  # certificates that can't be used: nothing was sent
        problem, answer = answer.error, None
    name = configured.named
    yield from _made(name("API key"), lambda: api_checks.api_key(configured))
    yield from _made(name("base URL"), lambda: api_checks.base_url(configured))
    yield from _made(name("API version"), lambda: api_checks.api_version(configured))
    yield from _made(name("limits"), lambda: api_checks.limits(configured))
    yield from _made(name("network"), lambda: api_checks.network(configured, proxy, problem, variables))
    yield from _made(name("read scope"), lambda: api_checks.read_scope(configured, answer))
    yield api_checks.write_scope(configured)
    yield from _made(name("clock"), lambda: api_checks.clock(configured, answer))


def _environment(declared: Sequence[DeclaredEndpoint] | None, configured: Sequence[Configured]) -> Check:
    if declared is None:
        return api_checks.environment(None)
    key_environments = {one.provider: one.environment for one in configured}
    return api_checks.environment(
        [
            EndpointEnvironment(one.name, one.outputs["environment"], key_environments.get(_provider_of(one)))
            for one in declared
            if one.outputs.get("environment")
        ]
    )


def _provider_of(declared: DeclaredEndpoint) -> str | None:
    return str(declared.provider_urn).rpartition("::")[2] if declared.provider is not None else None


def _plugin_file() -> JsonObject | None:
    path = Path(pulumi_kinetic.__file__).with_name("pulumi-plugin.json")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def _plugin(stack: Stack, state: JsonObject | None, variables: Mapping[str, str]) -> machine_checks.PluginFacts:
    types = {resource.get("type") for resource in endpoints_of(state or {})}
    return machine_checks.PluginFacts(
        on_path=plugins.on_path(variables),
        installed=plugins.installed(stack.folder),
        own=plugins.own_command(),
        version=metadata.version("pulumi-kinetic"),
        is_needed=PLUGIN_TYPE in types,
    )


def _backend(stack: Stack, variables: Mapping[str, str], error: errors.KineticError | None) -> Check:
    url = backend_url(stack.folder.resolve(), variables)
    is_refused = machine_checks.says_legacy(error)
    return machine_checks.backend(url, is_legacy=is_refused or _has_legacy_layout(url), is_refused=is_refused)


def _has_legacy_layout(url: str) -> bool:
    """Whether a folder has stacks, but not the file that says that they belong to projects, or says that they don't."""
    place = Path(url.removeprefix("file://")) / ".pulumi"
    if not url.startswith("file://") or not any((place / "stacks").glob("*.json")):
        return False
    try:
        lines = (place / "meta.yaml").read_text(encoding="utf-8").splitlines()
    except OSError:
        return True
    return "version: 0" in lines


def _stack(stack: Stack, read: _ReadStack, endpoints: int, variables: Mapping[str, str], *, has_cli: bool) -> Check:
    return machine_checks.stack(
        read.name or "the selected stack",
        read.error,
        endpoints=endpoints,
        has_cli=has_cli,
        is_asked_for=bool(stack.given_name or variables.get("PULUMI_STACK")),
        has_project=project_file(stack.folder) is not None,
    )


def _journal(stack: Stack, variables: Mapping[str, str]) -> Check:
    journal = _journal_of(stack)
    journal.records()
    there = next(place for place in (journal.folder, *journal.folder.parents) if place.exists())
    in_container = any(mark.exists() for mark in _CONTAINER_MARKS) or bool(variables.get("KUBERNETES_SERVICE_HOST"))
    is_own = there.stat().st_dev == Path("/").stat().st_dev
    lost = machine_checks.throw_away_reason(variables, is_in_container=in_container and is_own)
    is_writable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    return machine_checks.journal(journal.folder, journal.problems, is_writable=is_writable, lost=lost)


def _interrupted(stack: Stack, read: _ReadStack, variables: Mapping[str, str]) -> Check:
    journal = _journal_of(stack)
    records = [record for record in journal.records() if not journal.has_arrived(record.key)]
    here = (backend_url(stack.folder.resolve(), variables), read.name, read.project)
    return machine_checks.interrupted(records, here, len(pending_creates_of(read.state or {})))


def _place_of(stack: Stack, state: JsonObject | None) -> tuple[str, str]:
    """The stack's name and project; the name is "" where there is no such stack."""
    if urn := stack_urn_of(state or {}):
        return stack_and_project(urn)
    name, _ = tried(stack.name)
    return name or "", project_name(stack.folder)


def _journal_of(stack: Stack) -> Journal:
    return Journal(default_folder(stack.folder.resolve()), removes_leftovers=False)


def _without(check: Check, keys: Iterable[str]) -> Check:
    """A check without any API key, whatever has repeated it."""
    for key in keys:
        check = replace(check, detail=check.detail.replace(key, REDACTED), cure=check.cure.replace(key, REDACTED))
    return check
