"""Compares what stacks declare with what the API has, without engine, lock or program.

See docs/contributing/design.md#drift.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from pydantic.alias_generators import to_snake

from pulumi_kinetic import endpoint, errors, redact, settings
from pulumi_kinetic.address import stack_and_project
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.cli.accounts import Account, Accounts, Progress
from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.cli.state import (
    DeclaredEndpoint,
    Position,
    declared_endpoints,
    managed_ids,
    names_of,
    pending_creates_of,
    stack_urn_of,
)
from pulumi_kinetic.endpoint import UPDATABLE, Inputs, Patch
from pulumi_kinetic.settings import Settings
from pulumi_kinetic.values import JsonObject

_PATH = re.compile(r'(?:\["(?P<quoted>[^"]*)"\]|(?P<name>[^.\[]+))(?:\[(?P<item>\d+|\*|"\*")\])?')
_INTERRUPTED = (
    "{stack}: {count} interrupted. What a create has made counts as unmanaged until `pulumi-kinetic recover` and "
    "`pulumi up` have continued it."
)


@dataclass(frozen=True)
class Change:
    """One property that isn't as declared, in values that may be shown.

    Attributes:
        property: The API's name of it.
        recorded: What the state declares: a text, or the names of events.
        actual: What the API has.
    """

    property: str
    recorded: str | list[str]
    actual: str | list[str]


@dataclass(frozen=True)
class DriftedEndpoint:
    """An endpoint that isn't as declared; one without changes is missing."""

    urn: str
    name: str
    webhook_endpoint_id: str
    position: Position | None
    changes: list[Change]


@dataclass(frozen=True)
class UnmanagedEndpoint:
    """An endpoint that none of the stacks has. Of its URL, only scheme and host: another stack may keep it secret."""

    webhook_endpoint_id: str
    origin: str
    status: str
    created_at: str
    provider_urn: str | None


@dataclass(frozen=True)
class StackDrift:
    """What differs in one stack.

    Attributes:
        stack: Its name, as it was given.
        declared: How many endpoints it declares.
        changed: Those that somebody has changed.
        missing: Those that the API doesn't have any more.
    """

    stack: str
    declared: int
    changed: list[DriftedEndpoint]
    missing: list[DriftedEndpoint]


@dataclass
class Report:
    """What differs.

    Attributes:
        stacks: Stack by stack, in the order given.
        unmanaged: The endpoints that the stacks' API keys see and none of the stacks has, oldest first.
        counts_unmanaged: Whether these count as a difference.
        notes: What to know beside it.
        names: The names that the stacks' resources have.
    """

    stacks: list[StackDrift] = field(default_factory=list)
    unmanaged: list[UnmanagedEndpoint] = field(default_factory=list)
    counts_unmanaged: bool = False
    notes: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    @property
    def changed(self) -> int:
        """How many endpoints somebody has changed."""
        return sum(len(stack.changed) for stack in self.stacks)

    @property
    def missing(self) -> int:
        """How many endpoints the API doesn't have any more."""
        return sum(len(stack.missing) for stack in self.stacks)

    @property
    def is_as_declared(self) -> bool:
        """Whether nothing differs that counts."""
        return not (self.changed or self.missing or (self.counts_unmanaged and self.unmanaged))


def find_drift(  # noqa: PLR0913 all that a report depends on
    stacks: Sequence[Stack],
    variables: Mapping[str, str],
    *,
    unmanaged: bool = False,
    ignored: Collection[str] = (),
    whole_environment: bool = False,
    progress: Progress = lambda _: None,
) -> Report:
    """Compare stacks with the API: one export a stack, and one listing for each API key.

    Args:
        stacks: The stacks.
        variables: The process environment.
        unmanaged: Whether endpoints that none of the stacks has count as a difference.
        ignored: Ids of endpoints that aren't reported as unmanaged.
        whole_environment: Whether the environment of a stack's configuration is listed even if the stack declares
            nothing there; `unmanaged` does so, too.
        progress: Is told how many endpoints a listing has brought so far.

    Raises:
        StackError: A stack can't be read.
        SettingsError: A key or another setting is missing or wrong.
        EnvironmentMismatchError: A stack's endpoints belong to another environment than its key.
        ApiError: The API can't be asked.
        AccountMismatchError: An endpoint isn't found, and the key may belong to somebody else.
    """
    report, known = Report(counts_unmanaged=unmanaged), set(ignored)
    with ExitStack() as closing:
        accounts = Accounts(closing, progress)
        for stack in stacks:
            state = stack.export()
            known |= managed_ids(state)
            name = stack.given_name or stack_and_project(stack_urn_of(state) or "")[0] or stack.name()
            report.names.update(names_of(state))
            by_account = _by_account(stack, state, variables, accounts, always=unmanaged or whole_environment)
            report.stacks.append(_compare(name, by_account))
            if interrupted := len(pending_creates_of(state)):
                creates = f"{interrupted} creates were" if interrupted > 1 else "1 create was"
                report.notes.append(_INTERRUPTED.format(stack=name, count=creates))
        for account in accounts:
            unmanaged_here = _unmanaged_of(account, known)
            report.unmanaged += unmanaged_here
            known |= {one.webhook_endpoint_id for one in unmanaged_here}  # another key may see the same account
            report.notes += account.notes
    report.unmanaged.sort(key=lambda listed: listed.created_at)
    return report


def changes_of(declared: DeclaredEndpoint, remote: RemoteEndpoint, *secrets: str) -> list[Change]:
    """Return what a refresh would find changed, but for what the program ignores.

    As the engine does, it compares what was declared with what a read would put into the state.

    Args:
        declared: The endpoint in the state.
        remote: What the API has.
        secrets: What no value may show, though a server sends it back: the API key.
    """
    read = endpoint.declared_form(declared.outputs, remote.properties, declared.outputs.get("echo", {}))
    wanted = without_ignored(declared.inputs, read, declared.ignored)
    changed = endpoint.patch_for(read, wanted)
    pairs = {
        name: (endpoint.value_or_default(name, wanted), endpoint.value_or_default(name, read)) for name in UPDATABLE
    }
    return [
        Change(to_snake(name), *redact.pair(*pairs[name], *secrets, is_secret=name in declared.secret_names))
        for name in UPDATABLE
        if name in changed
    ]


def without_ignored(inputs: Inputs, actual: Patch, paths: Iterable[str]) -> Inputs:
    """Return the inputs, with what the option `ignoreChanges` names as it actually is.

    Args:
        inputs: What was declared.
        actual: What a read has found.
        paths: Property paths: a property's name, `*` for each, or an item of a list by its index or `*`.
    """
    wanted, found = dict(inputs), cast("JsonObject", actual)
    for match in filter(None, map(_PATH.fullmatch, paths)):
        named = match["quoted"] or match["name"]
        for name in UPDATABLE if named == "*" else {named}.intersection(UPDATABLE):
            if match["item"] is None:
                wanted[name] = found.get(name)
            elif isinstance(items := wanted.get(name), list) and isinstance(found.get(name), list):
                is_meant = {match["item"].strip('"')}.intersection
                pairs = zip(items, found[name], strict=False)
                ignored = [new if is_meant({"*", str(index)}) else old for index, (old, new) in enumerate(pairs)]
                wanted[name] = [*ignored, *items[len(ignored) :]]
    return cast("Inputs", wanted)


def _compare(name: str, by_account: Mapping[Account, Sequence[DeclaredEndpoint]]) -> StackDrift:
    drift = StackDrift(name, sum(map(len, by_account.values())), [], [])
    for account, endpoints in by_account.items():
        existing = account.read(endpoints)
        key = account.settings.api_key.get_secret_value()
        for declared in endpoints:
            remote = existing.get(declared.endpoint_id)
            changes = changes_of(declared, remote, key) if remote else []
            found = DriftedEndpoint(declared.urn, declared.name, declared.endpoint_id, declared.position, changes)
            if remote is None:
                drift.missing.append(found)
            elif changes:
                drift.changed.append(found)
    return drift


def _by_account(
    stack: Stack, state: JsonObject, variables: Mapping[str, str], accounts: Accounts, *, always: bool
) -> Mapping[Account, list[DeclaredEndpoint]]:
    """The endpoints that a stack declares, by the account of their provider; nothing is asked of an API yet.

    Args:
        stack: The stack.
        state: Its state.
        variables: The process environment.
        accounts: Where accounts are kept.
        always: Whether the account of the stack's configuration is one even if no endpoint is in it.
    """

    @cache
    def settings_of_stack() -> Settings:
        return settings.load(stack.config(), variables)

    grouped: dict[Account, list[DeclaredEndpoint]] = {accounts.of(settings_of_stack()): []} if always else {}
    for declared in declared_endpoints(state):
        explicit = declared.provider is not None
        own = _settings_of_provider(declared, variables) if explicit else settings_of_stack()
        environment = declared.outputs.get("environment", own.environment)
        if environment != own.environment:
            raise errors.EnvironmentMismatchError(declared.endpoint_id, environment, own.environment)
        grouped.setdefault(accounts.of(own, declared.provider_urn), []).append(declared)
    return grouped


def _settings_of_provider(declared: DeclaredEndpoint, variables: Mapping[str, str]) -> Settings:
    try:
        return settings.load((declared.provider or {}).get, variables)
    except errors.SettingsError as error:
        name = str(declared.provider_urn).rpartition("::")[2]
        raise errors.SettingsError([f'provider "{name}": {problem}' for problem in error.problems]) from None


def _unmanaged_of(account: Account, known: Collection[str]) -> list[UnmanagedEndpoint]:
    key = account.settings.api_key.get_secret_value()
    return [
        UnmanagedEndpoint(
            redact.text(remote.webhook_endpoint_id, key),
            redact.bare_origin(remote.url),
            redact.text(remote.status, key),
            redact.text(remote.created_at or "", key),
            account.provider_urn,
        )
        for remote in account.listed.values()
        if remote.webhook_endpoint_id not in known
    ]
