"""One create at the API: recorded before it is sent, and continued where an earlier run has begun it.

Nothing here deletes. See docs/contributing/design.md#2-create.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, cast
from uuid import UUID, uuid4

from pulumi_kinetic import client, errors, redact
from pulumi_kinetic.address import Address
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.claims import Claims
from pulumi_kinetic.client import Client
from pulumi_kinetic.endpoint import Inputs, Patch, fields_of, without_none
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.presence import Presence
from pulumi_kinetic.process import Parent, Process
from pulumi_kinetic.record import Record, new_record
from pulumi_kinetic.settings import Settings

_POLL_SECONDS = 0.1
_READS = 3
_READ_AGAIN_SECONDS = 1.0
_UNKNOWN_END = (
    "Whether it was created isn't known. The next `pulumi up` on this machine continues it; on another, run "
    "`pulumi-kinetic recover` first."
)
_CONTINUED_END = (
    "Whether an earlier run created it isn't known: the next `pulumi up` asks again. If the API refuses that for good, "
    "look for what that run made, and run `pulumi-kinetic recover --forget '{urn}'`."
)
_NOTHING_CREATED = "Nothing was created."
_CONTINUES = "continued a create that an earlier run began: it made {endpoint_id}, and no second endpoint is created"

_OTHER_ACCOUNT = (
    "an earlier run began to create this resource at {base_url} with another API key, so this run can't continue it, "
    "and creates a new endpoint. Look there for one that no stack manages, then run "
    "`pulumi-kinetic recover --forget '{urn}'`"
)
_FORGOTTEN_KEY = (
    "the API has forgotten the Idempotency-Key of an interrupted create, and made {endpoint_id}: {lost}, which the "
    "interrupted run made, is left over. If no stack manages it, delete it"
)
_ENGINE_IS_GONE = "the engine that asked for this is gone: nothing was sent"
_SETTLED = "the create of an earlier run is settled meanwhile: nothing was sent"
_SPENT = "an earlier run made {endpoint_id} for this resource, which has been deleted since, or is in the state already"
_PLAN_APPLIED = "this update plan was applied before, and a create can't be repeated; nothing was created"
_ANOTHER_PLAN = "Make another plan: `pulumi preview --save-plan`."
_AGAIN = "Nothing was created. Run `pulumi up` again: it makes a new endpoint."
_NOT_READ_BACK = "{endpoint_id}, which an interrupted create made, can't be read back: {error}"
_NOT_RECORDED = "{endpoint_id} was created, but the journal can't be written: {error}"


class Created(NamedTuple):
    """What a create led to.

    Attributes:
        remote: The endpoint; with its secret, unless the API left it out.
        record: What the journal has of it.
        continued: Whether an earlier run had begun it.
    """

    remote: RemoteEndpoint
    record: Record
    continued: bool


class Creator:
    """Creates endpoints for one run of the engine, from many threads."""

    def __init__(  # noqa: PLR0913 what a run of the engine has one of each
        self,
        settings: Settings,
        api: Client,
        journal: Journal,
        claims: Claims,
        presence: Presence,
        *,
        warn: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._api = api
        self._journal = journal
        self._claims = claims
        self._presence = presence
        self._warn = warn
        self._parent = Parent()
        self._claimed: set[str] = set()
        self._of_earlier_runs: set[str] = set()
        self._lock = threading.Lock()

    @property
    def engine_is_gone(self) -> bool:
        """Whether the engine has ended: nobody hears what this process answers."""
        return self._parent.is_gone

    def require_engine(self) -> None:
        """Begin nothing for an engine that is gone: another run may manage the endpoint by now.

        Raises:
            KineticError: The engine is gone.
        """
        if self.engine_is_gone:
            raise errors.KineticError(_ENGINE_IS_GONE)

    def key_for(self, address: Address, new_key: str) -> str:
        """Return the Idempotency-Key of a resource that isn't in the state: an interrupted create's, else the new one.

        Only reads: a preview calls it too.

        Raises:
            SettledError: The new key isn't new: it has made an endpoint.
        """
        records = self._journal.open_of(address)
        mine = [record for record in records if record.account in ("", self._settings.account)]
        if mine:
            self._of_earlier_runs.add(mine[0].key)
            return mine[0].key
        if records:
            self._warn(_OTHER_ACCOUNT.format(base_url=redact.text(records[0].base_url), urn=address.resource))
        if self._journal.has_arrived(new_key):
            raise errors.SettledError(_PLAN_APPLIED, advice=_ANOTHER_PLAN)
        return new_key

    def create(self, inputs: Inputs, address: Address) -> Created:
        """Create the endpoint, or take the one that an earlier run's create has made.

        Args:
            inputs: Checked inputs, the Idempotency-Key among them.
            address: Where the create belongs.

        Raises:
            JournalError: The create can't be recorded, so nothing was sent.
            SettledError: What an earlier run made is settled meanwhile; nothing was created.
            ApiError: The create failed; the text says whether anything may have been created.
        """
        key = inputs["idempotencyKey"]
        self.require_engine()
        record = self._claim(key)
        if key in self._of_earlier_runs and self._journal.has_arrived(key):
            raise errors.SettledError(_SETTLED, advice=_AGAIN)
        if record is None:
            record = self._journal.begin(self._new_record(inputs, address))
            return Created(*self._post(record, continued=False), continued=False)
        remote, record = self._post(record, continued=True)
        if not self.engine_is_gone and self._is_spent(remote):
            self._journal.settle(record)
            raise errors.SettledError(_SPENT.format(endpoint_id=remote.webhook_endpoint_id), advice=_AGAIN)
        self._warn(_CONTINUES.format(endpoint_id=remote.webhook_endpoint_id))
        return Created(remote, record, continued=True)

    def _claim(self, key: str) -> Record | None:
        """The record of an earlier run's create with this key, for this create alone; None where there is none."""
        record = self._journal.of_key(key)
        with self._lock:
            if record is None or key in self._claimed:
                return None
            self._claimed.add(key)
        latest = self._wait_for_its_process(self._journal.reread(record) or record)
        return record if self._journal.has_arrived(key) else self._journal.update(latest, stage="open")

    def _wait_for_its_process(self, record: Record) -> Record:
        """A provider that outlives its killed CLI may still be sending this create: wait instead of racing it."""
        deadline = time.monotonic() + self._settings.deadline_seconds
        while record.is_in_progress and record.process != Process.current() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            record = self._journal.reread(record) or record.model_copy(update={"stage": "failed"})
        return record

    def _new_record(self, inputs: Inputs, address: Address) -> Record:
        key = inputs["idempotencyKey"]
        with self._lock:
            # a key belongs to one create: two resources of one address can't share what it makes
            key = str(uuid4()) if key in self._claimed else key
            self._claimed.add(key)
        place = {"base_url": self._settings.base_url, "account": self._settings.account}
        return new_record(address, key, creation_body(inputs), **place)

    def _post(self, record: Record, *, continued: bool) -> tuple[RemoteEndpoint, Record]:
        try:
            remote = self._api.create(record.body.encode(), record.key, client.url_of(record.body))
        except errors.SettingsError:
            if not continued:
                self._journal.close(record)  # nothing can be sent from here
            raise
        except errors.ApiError as error:
            if not continued and not error.may_have_arrived:
                self._journal.close(record)
                raise error.with_advice(f"{error.advice} {_NOTHING_CREATED}".strip()) from None
            with suppress(errors.JournalError):  # it stays as it is, and so open
                self._journal.update(record, stage="failed")
            advice = _CONTINUED_END.format(urn=record.address.resource) if continued else _UNKNOWN_END
            raise error.with_advice(f"{error.advice} {advice}".strip()) from None
        endpoint_id, lost = remote.webhook_endpoint_id, record.endpoint_id
        try:
            record = self._journal.update(record, stage="answered", endpoint_id=endpoint_id)
        except errors.JournalError as error:
            self._warn(_NOT_RECORDED.format(endpoint_id=endpoint_id, error=error))
        if lost not in (None, endpoint_id):
            self._warn(_FORGOTTEN_KEY.format(endpoint_id=endpoint_id, lost=lost))
        return remote, record

    def _is_spent(self, remote: RemoteEndpoint) -> bool:
        """Whether a continued create's endpoint is gone, or in the state already: its key can't make another."""
        endpoint_id = remote.webhook_endpoint_id
        if self._claims.is_managed(endpoint_id):
            return True
        try:
            missing = self._read_back(endpoint_id, remote.url)
            if missing:
                self._presence.require_deleted(endpoint_id, {}, missing)
        except errors.ApiError as error:
            # after a 2xx nothing is thrown away: a refresh shows whether it exists
            self._warn(_NOT_READ_BACK.format(endpoint_id=endpoint_id, error=error))
            return False
        return missing is not None

    def _read_back(self, endpoint_id: str, url: str) -> errors.NotFoundError | None:
        """The API's last word, if it doesn't find the endpoint."""
        missing = None
        for _ in range(_READS):
            try:
                self._api.get(endpoint_id, url)
            except errors.NotFoundError as error:  # noqa: PERF203 a retry is a try in a loop
                missing = error
                time.sleep(_READ_AGAIN_SECONDS)  # the POST may have made it just now, and not be seen everywhere yet
            else:
                return None
        return missing


def key_from(seed: bytes, urn: str) -> str:
    """Return the Idempotency-Key of a create that begins, made of what the engine has drawn for the resource.

    The seed is new in each run, but for a run that applies an update plan: it has the seeds of the plan's preview.
    See docs/contributing/engine-facts.md#update-plans.
    """
    return str(UUID(bytes=hashlib.sha256(seed + urn.encode()).digest()[:16], version=4))


def creation_body(inputs: Inputs) -> bytes:
    """Return the bytes of the create that these inputs lead to: always the same, so that it can be sent again."""
    patch = cast("Patch", {name: inputs.get(name) for name in ("url", "enabledEvents")})
    return client.encode(fields_of(without_none(patch)))
