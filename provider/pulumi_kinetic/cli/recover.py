"""After a crash: state, journal and API brought back together. See docs/contributing/design.md#nothing-is-lost.

A create that was cut off is known from the state's pending operation (the engine died) or from the journal
(the provider died). Sending the same bytes with the same key again tells which endpoint it made, secret included.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import cast

from pulumi_kinetic import errors, redact, settings
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.cli.interrupted import InterruptedCreate, interrupted_creates
from pulumi_kinetic.cli.report import Finding, Report
from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.cli.state import (
    endpoints_of,
    managed_ids,
    provider_of,
    resources_of,
    settings_of_provider,
    with_resource,
    without_pending,
)
from pulumi_kinetic.client import Client
from pulumi_kinetic.endpoint import SECRET_NAMES
from pulumi_kinetic.journal import Journal, Record
from pulumi_kinetic.lifecycle import finish_create
from pulumi_kinetic.values import (
    PROVIDER_PICKLE,
    JsonObject,
    is_secret_in_export,
    unwrap_from_export,
    wrap_secret_for_import,
)

_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Options:
    """What the caller allows: `confirm` is asked before anything is deleted."""

    confirm: Callable[[str], bool]
    unlock: bool = False
    wait_seconds: float = 120.0


class Recovery:
    """One run of `recover` for one stack."""

    def __init__(self, stack: Stack, journal: Journal, options: Options, variables: Mapping[str, str]) -> None:
        self._stack = stack
        self._journal = journal
        self._options = options
        self._variables = variables
        self._report = Report()

    def run(self) -> Report:
        """Find what is open, settle it, and say so. Safe to run twice; nothing is sent when nothing is open.

        Raises:
            StackError: the stack is locked by a process that may live, or the CLI fails.
            KineticError: settings are missing, or the API can't be asked.
        """
        self._remove_empty_sidecars()
        self._lift_lock()
        self._wait_for_providers()
        state = self._stack.export()
        self._close_what_arrived(state)
        creates = list(interrupted_creates(state, self._records()))
        for provider in dict.fromkeys(create.provider for create in creates):
            state = self._settle_all(provider, [create for create in creates if create.provider == provider], state)
        return self._report

    def _remove_empty_sidecars(self) -> None:
        removed = ", ".join(path.name for path in self._stack.remove_empty_sidecars())
        if removed:
            self._report.notes.append(f"removed {removed}, which a killed CLI had left half-written beside the state")

    def _lift_lock(self) -> None:
        lock = self._stack.lock()
        if lock is None:
            self._refuse_beside_a_provider()
            return
        if not (lock.is_left_behind or self._options.unlock):
            raise errors.StackError(
                f"the stack is locked by {lock}. If it is another run, let it end; if you know that it is gone, "
                "add --unlock"
            )
        self._stack.unlock()
        self._report.notes.append(f"lifted the lock left behind by {lock}")

    def _refuse_beside_a_provider(self) -> None:
        """Where the backend's lock can't be seen, a living provider may belong to a run that is not over."""
        living = [record.process.number for record in self._records() if record.process.is_alive()]
        if living and not self._stack.is_in_a_folder() and not self._options.unlock:
            raise errors.StackError(
                f"a provider of this stack still runs (process {living[0]}). If it is of another run, let it end; "
                "if you know that its run is dead, add --unlock"
            )

    def _wait_for_providers(self) -> None:
        """A provider that outlives the CLI may still be finishing its create."""
        deadline = time.monotonic() + self._options.wait_seconds
        while any(record.is_in_progress for record in self._records()):
            if time.monotonic() > deadline:
                raise errors.StackError(
                    "a provider process is still at its create, by the journal; run this again when it has ended"
                )
            time.sleep(_POLL_SECONDS)

    def _records(self) -> list[Record]:
        mine = (self._stack.project(), self._stack.short_name)
        return [record for record in self._journal.records() if (record.project, record.stack) == mine]

    def _close_what_arrived(self, state: JsonObject) -> None:
        managed = managed_ids(state)
        for record in self._records():
            if record.endpoint_id in managed:
                self._journal.close(record)

    def _settle_all(self, provider: str, creates: list[InterruptedCreate], state: JsonObject) -> JsonObject:
        """Settle the creates of one provider, with its settings; return the state as it is then."""
        config = settings_of_provider(state, provider) if provider else self._stack.config()
        loaded = settings.load(config, self._variables)
        api = Client(loaded)
        try:
            _require_same_environment(provider, creates, state, loaded)
            listing = _list_when_settled(creates, state, api, loaded)
            for create in creates:
                state = self._settle(create, state, listing, api)
        finally:
            api.close()
        return state

    def _settle(
        self, create: InterruptedCreate, state: JsonObject, listing: dict[str, RemoteEndpoint], api: Client
    ) -> JsonObject:
        managed = managed_ids(state)
        endpoint = None
        if create.pending is None:
            finding = _finding_without_pending_operation(create, managed, listing)
        else:
            finding, endpoint = self._locate(create, managed, listing, api)
        if endpoint is not None:
            finding, state = self._restore_or_delete(create, endpoint, state, api)
        self._report.findings.append(finding)
        return state if finding.outcome == "left" else self._commit(create, state)

    def _locate(
        self, create: InterruptedCreate, managed: set[str], listing: Mapping[str, RemoteEndpoint], api: Client
    ) -> tuple[Finding, RemoteEndpoint | None]:
        """What the API says of a create: a finding that settles it, or the endpoint that was lost."""
        answered = create.record.endpoint_id if create.record else None
        if create.key is None:
            note = "an adoption: the next `pulumi up` does it again"
            return Finding(create.name, "nothing_created", None, note), None
        candidates = create.candidates(managed, listing)
        if not candidates and answered not in listing:
            return Finding(create.name, "nothing_created"), None
        again = api.create(create.body, create.key, json.loads(create.body)["url"])
        if again.webhook_endpoint_id in listing:
            return Finding(create.name, "already_managed", again.webhook_endpoint_id), again
        # the key has expired, and has just made another endpoint
        api.delete(again.webhook_endpoint_id)
        ids = ", ".join([answered] if answered else [remote.webhook_endpoint_id for remote in candidates])
        note = (
            f"its Idempotency-Key has expired; {ids} may be it, without its secret: if no stack manages it, "
            "delete it, or adopt it"
        )
        return Finding(create.name, "left", None, note), None

    def _restore_or_delete(
        self, create: InterruptedCreate, endpoint: RemoteEndpoint, state: JsonObject, api: Client
    ) -> tuple[Finding, JsonObject]:
        """Put a lost endpoint into the state if its resource is still missing, else delete it."""
        endpoint_id = endpoint.webhook_endpoint_id
        if endpoint_id in managed_ids(state):
            return Finding(create.name, "already_managed", endpoint_id), state
        if create.pending and endpoint.signing_secret and not _is_there(create.pending, state):
            outputs = finish_create(api, endpoint, create.inputs, api.environment)
            resource = _resource(create.pending, endpoint_id, cast("JsonObject", outputs))
            return Finding(create.name, "into_state", endpoint_id), with_resource(state, resource)
        return self._delete(create, endpoint, api), state

    def _delete(self, create: InterruptedCreate, endpoint: RemoteEndpoint, api: Client) -> Finding:
        endpoint_id = endpoint.webhook_endpoint_id
        shown = redact.value(endpoint.url)
        if not self._options.confirm(f"Delete {endpoint_id} ({shown}), which nobody manages and whose secret is lost?"):
            return Finding(create.name, "left", endpoint_id, "you said no")
        try:
            api.delete(endpoint_id)
        except errors.NotFoundError:
            return Finding(create.name, "deleted", endpoint_id, "it was gone already")
        return Finding(create.name, "deleted", endpoint_id)

    def _commit(self, create: InterruptedCreate, state: JsonObject) -> JsonObject:
        """Save the state first, then close the record, so that a crash between them loses nothing."""
        if create.pending is not None:
            if self._report.backup is None:
                self._report.backup = self._stack.back_up(self._journal.folder.parent / "backup")
            state = without_pending(state, [create.pending])
            self._stack.replace(state)
        if create.record is not None:
            self._journal.close(create.record)
        return state


def _require_same_environment(
    provider: str, creates: list[InterruptedCreate], state: JsonObject, loaded: settings.Settings
) -> None:
    mine = [resource for resource in endpoints_of(state) if provider_of(resource) == provider]
    named = [(str(each.get("id")), unwrap_from_export(each.get("outputs", {})).get("environment")) for each in mine]
    named += [("a create in the journal", create.record.environment) for create in creates if create.record]
    for name, environment in named:
        if environment not in (None, loaded.environment):
            raise errors.EnvironmentMismatchError(name, environment, loaded.environment)


def _finding_without_pending_operation(
    create: InterruptedCreate, managed: set[str], listing: Mapping[str, RemoteEndpoint]
) -> Finding:
    """What a record leads to that no pending operation of this state confirms.

    It may be another stack's of the same name, so nothing is sent and nothing is deleted: a person decides.
    """
    answered = create.record.endpoint_id if create.record else None
    if answered:
        ids = [answered] if answered in listing else []
    else:
        ids = [remote.webhook_endpoint_id for remote in create.candidates(managed, listing)]
    if not ids:
        return Finding(create.name, "nothing_created", answered, "nothing is left of it" if answered else "")
    what = "was made by this create" if answered else "may have been made by this create"
    note = f"{', '.join(ids)} {what}, and its secret is lost: if no stack manages it, delete it, or adopt it"
    return Finding(create.name, "left", answered, note)


def _list_when_settled(
    creates: list[InterruptedCreate], state: JsonObject, api: Client, loaded: settings.Settings
) -> dict[str, RemoteEndpoint]:
    """All endpoints, once no request of a killed process can still be under way at the API.

    The process that sent a request is gone, but the API may still be at work: where nothing matches yet, give it the
    time that a request may take.
    """
    managed = managed_ids(state)
    began = time.monotonic()
    while True:
        listing = {remote.webhook_endpoint_id: remote for remote in api.list()}
        late = [each.record for each in creates if each.record and each.key and not each.candidates(managed, listing)]
        waited = time.monotonic() - began
        if waited >= max((_longest_wait_seconds(record, loaded) for record in late), default=0.0):
            return listing
        time.sleep(min(_POLL_SECONDS, loaded.timeout_seconds))


def _longest_wait_seconds(record: Record, loaded: settings.Settings) -> float:
    """How long a request of this record may still be under way: 0 where it is long past."""
    age = (datetime.now(timezone.utc) - record.at).total_seconds()
    return loaded.timeout_seconds if age < loaded.deadline_seconds + loaded.timeout_seconds else 0.0


def _is_there(pending: JsonObject, state: JsonObject) -> bool:
    urn = pending["resource"]["urn"]
    return any(resource["urn"] == urn and not resource.get("delete") for resource in resources_of(state))


def _resource(pending: JsonObject, endpoint_id: str, outputs: JsonObject) -> JsonObject:
    """The entry of a state: what the engine had noted, and what the create would have returned."""
    resource: JsonObject = pending["resource"]
    inputs = resource.get("inputs", {})
    secret_names = SECRET_NAMES.union(name for name, value in inputs.items() if is_secret_in_export(value))
    wrapped = {
        name: wrap_secret_for_import(value) if name in secret_names else value for name, value in outputs.items()
    }
    kept = {name: inputs[name] for name in (PROVIDER_PICKLE,) if name in inputs}
    return {**resource, "id": endpoint_id, "outputs": {**wrapped, **kept}}
