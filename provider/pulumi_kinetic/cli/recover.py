"""After a crash: state, journal and API brought back together. See docs/contributing/design.md#nothing-is-lost.

A create that was cut off is known from the state's pending operation (the engine died) or from the journal
(the provider died). Sending the same bytes with the same key again tells which endpoint it made, secret included.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from pulumi_kinetic import errors, redact, settings, values
from pulumi_kinetic.answers import Endpoint
from pulumi_kinetic.cli.interrupted import Intent, intents_of
from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.cli.state import (
    endpoints_of,
    inputs_of_provider,
    managed_ids,
    provider_of,
    resources_of,
    with_resource,
    without_pending,
)
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal, Record
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.values import Json, holds_secret, plain, secret

Outcome = Literal["nothing_created", "already_managed", "into_state", "deleted", "left"]
_POLL_SECONDS = 0.2

_SAID: dict[Outcome, str] = {
    "nothing_created": "nothing was created; closed",
    "already_managed": "in the state already; closed",
    "into_state": "the lost endpoint, put into the state with its secret",
    "deleted": "deleted: nobody had seen its secret, and the next `pulumi up` makes what is missing",
    "left": "left for you",
}


@dataclass
class Finding:
    """What became of one create."""

    name: str
    outcome: Outcome
    endpoint_id: str | None = None
    note: str = ""

    def __str__(self) -> str:
        which = f" {self.endpoint_id}" if self.endpoint_id else ""
        return f"{self.name}{which}: {_SAID[self.outcome]}{f' ({self.note})' if self.note else ''}"


@dataclass
class Report:
    """What was found and done; `backup` where the state was changed."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    backup: Path | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left for a person."""
        return all(finding.outcome != "left" for finding in self.findings)


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
        self._mend()
        self._lift_lock()
        self._wait_for_providers()
        state = self._stack.export()
        self._close_what_arrived(state)
        intents = list(intents_of(state, self._records()))
        for provider in dict.fromkeys(intent.provider for intent in intents):
            state = self._settle_all(provider, [one for one in intents if one.provider == provider], state)
        return self._report

    def _mend(self) -> None:
        torn = ", ".join(path.name for path in self._stack.mend())
        if torn:
            self._report.notes.append(f"removed {torn}, which a killed CLI had left half-written beside the state")

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
        living = [one.process.number for one in self._records() if one.process.is_alive()]
        if living and not self._stack.is_in_a_folder() and not self._options.unlock:
            raise errors.StackError(
                f"a provider of this stack still runs (process {living[0]}). If it is of another run, let it end; "
                "if you know that its run is dead, add --unlock"
            )

    def _wait_for_providers(self) -> None:
        """A provider that outlives the CLI may still be finishing its create."""
        deadline = time.monotonic() + self._options.wait_seconds
        while any(one.is_under_way for one in self._records()):
            if time.monotonic() > deadline:
                raise errors.StackError(
                    "a provider process is still at its create, by the journal; run this again when it has ended"
                )
            time.sleep(_POLL_SECONDS)

    def _records(self) -> list[Record]:
        mine = (self._stack.project(), self._stack.short_name)
        return [one for one in self._journal.records() if (one.project, one.stack) == mine]

    def _close_what_arrived(self, state: Json) -> None:
        managed = managed_ids(state)
        for record in self._records():
            if record.endpoint_id in managed:
                self._journal.close(record)

    def _settle_all(self, provider: str, intents: list[Intent], state: Json) -> Json:
        """The creates of one provider, with its settings; the state as it is then."""
        config = inputs_of_provider(state, provider) if provider else self._stack.config()
        loaded = settings.load(config, self._variables)
        api = Client(loaded)
        try:
            life = Lifecycle(loaded, api, self._journal, warn=self._report.notes.append)
            self._check_environment(provider, intents, state, loaded)
            listing = _listing(intents, state, api, loaded)
            for intent in intents:
                state = self._settle(intent, state, listing, _Hands(api, life))
        finally:
            api.close()
        return state

    def _check_environment(self, provider: str, intents: list[Intent], state: Json, loaded: settings.Settings) -> None:
        mine = [one for one in endpoints_of(state) if provider_of(one) == provider]
        named = [(str(one.get("id")), plain(one.get("outputs", {})).get("environment")) for one in mine]
        named += [("a create in the journal", intent.record.environment) for intent in intents if intent.record]
        for name, environment in named:
            if environment not in (None, loaded.environment):
                raise errors.EnvironmentMismatchError(name, environment, loaded.environment)

    def _settle(self, intent: Intent, state: Json, listing: dict[str, Endpoint], hands: "_Hands") -> Json:
        managed = managed_ids(state)
        if intent.pending is None:
            finding, found = _without_pending_operation(intent, managed, listing), None
        else:
            finding, found = self._find(intent, managed, listing, hands.api)
        if found is not None:
            finding, state = self._place(intent, found, state, hands)
        self._report.findings.append(finding)
        return state if finding.outcome == "left" else self._done(intent, state)

    def _find(
        self, intent: Intent, managed: set[str], listing: Mapping[str, Endpoint], api: Client
    ) -> tuple[Finding, Endpoint | None]:
        """What the API says of a create: a finding that settles it, or the endpoint that was lost."""
        answered = intent.record.endpoint_id if intent.record else None
        if intent.key is None:
            note = "an adoption: the next `pulumi up` does it again"
            return Finding(intent.name, "nothing_created", None, note), None
        wanted = intent.candidates(managed, listing)
        if not wanted and answered not in listing:
            return Finding(intent.name, "nothing_created"), None
        return self._replay(intent, wanted, listing, api)

    def _replay(
        self, intent: Intent, wanted: list[Endpoint], listing: Mapping[str, Endpoint], api: Client
    ) -> tuple[Finding, Endpoint | None]:
        again = api.create(intent.body, intent.key or "")
        if again.webhook_endpoint_id in listing:
            return Finding(intent.name, "already_managed", again.webhook_endpoint_id), again
        api.delete(again.webhook_endpoint_id)
        ids = ", ".join(one.webhook_endpoint_id for one in wanted)
        note = (
            f"its Idempotency-Key has expired; {ids} may be it, without its secret: if no stack manages it, "
            "delete it, or adopt it"
        )
        return Finding(intent.name, "left", None, note), None

    def _place(self, intent: Intent, found: Endpoint, state: Json, hands: "_Hands") -> tuple[Finding, Json]:
        """Put a lost endpoint where it belongs: into the state, or away."""
        endpoint_id = found.webhook_endpoint_id
        if endpoint_id in managed_ids(state):
            return Finding(intent.name, "already_managed", endpoint_id), state
        if intent.pending and found.signing_secret and not _is_there(intent.pending, state):
            resource = _resource(intent.pending, *hands.life.complete(found, intent.inputs))
            return Finding(intent.name, "into_state", endpoint_id), with_resource(state, resource)
        return self._delete(intent, found, hands.api), state

    def _delete(self, intent: Intent, found: Endpoint, api: Client) -> Finding:
        endpoint_id = found.webhook_endpoint_id
        question = f"Delete {endpoint_id} ({redact.shown(found.url)}), which nobody manages and whose secret is lost?"
        if not self._options.confirm(question):
            return Finding(intent.name, "left", endpoint_id, "you said no")
        try:
            api.delete(endpoint_id)
        except errors.NotFoundError:
            return Finding(intent.name, "deleted", endpoint_id, "it was gone already")
        return Finding(intent.name, "deleted", endpoint_id)

    def _done(self, intent: Intent, state: Json) -> Json:
        """Save the state first, then close the record, so that a crash between them loses nothing."""
        if intent.pending is not None:
            if self._report.backup is None:
                self._report.backup = self._stack.back_up(self._journal.folder.parent / "backup")
            state = without_pending(state, [intent.pending])
            self._stack.replace(state)
        if intent.record is not None:
            self._journal.close(intent.record)
        return state


@dataclass(frozen=True)
class _Hands:
    """What settling works with."""

    api: Client
    life: Lifecycle


def _without_pending_operation(intent: Intent, managed: set[str], listing: Mapping[str, Endpoint]) -> Finding:
    """What a record leads to that no pending operation of this state confirms.

    It may be another stack's of the same name, so nothing is sent and nothing is deleted: a person decides.
    """
    answered = intent.record.endpoint_id if intent.record else None
    if answered:
        ids = [answered] if answered in listing else []
    else:
        ids = [endpoint.webhook_endpoint_id for endpoint in intent.candidates(managed, listing)]
    if not ids:
        return Finding(intent.name, "nothing_created", answered, "it has been deleted since" if answered else "")
    what = "was made by this create" if answered else "may have been made by this create"
    note = f"{', '.join(ids)} {what}, and its secret is lost: if no stack manages it, delete it, or adopt it"
    return Finding(intent.name, "left", answered, note)


def _listing(intents: list[Intent], state: Json, api: Client, loaded: settings.Settings) -> dict[str, Endpoint]:
    """All endpoints, once no request of the dead can still be under way at the API.

    The one who sent a request is gone, but the API may be at it still: where nothing fits yet, give it the time
    that a request may take.
    """
    managed = managed_ids(state)
    began = time.monotonic()
    while True:
        listing = {one.webhook_endpoint_id: one for one in api.list()}
        late = [one.record for one in intents if one.record and one.key and not one.candidates(managed, listing)]
        waited = time.monotonic() - began
        if waited >= max((_longest_wait(record, loaded) for record in late), default=0.0):
            return listing
        time.sleep(min(_POLL_SECONDS, loaded.timeout_seconds))


def _longest_wait(record: Record, loaded: settings.Settings) -> float:
    """How long a request of this record may still be under way, in seconds: none where it is long past."""
    age = (datetime.now(timezone.utc) - record.at).total_seconds()
    return loaded.timeout_seconds if age < loaded.deadline_seconds + loaded.timeout_seconds else 0.0


def _is_there(pending: Json, state: Json) -> bool:
    urn = pending["resource"]["urn"]
    return any(resource["urn"] == urn and not resource.get("delete") for resource in resources_of(state))


def _resource(pending: Json, endpoint_id: str, outputs: Json) -> Json:
    """The entry of a state: what the engine had noted, and what the create would have returned."""
    resource: Json = pending["resource"]
    inputs = resource.get("inputs", {})
    hidden = {*values.SECRET, *(name for name, value in inputs.items() if holds_secret(value))}
    wrapped = {name: secret(value) if name in hidden else value for name, value in outputs.items()}
    kept = {name: inputs[name] for name in ("__provider",) if name in inputs}
    return {**resource, "id": endpoint_id, "outputs": {**wrapped, **kept}}
