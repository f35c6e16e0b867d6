"""Creates that were interrupted: what the state says of them, what the journal does, or both."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from pulumi_kinetic import endpoint, lifecycle, redact
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.cli.state import explicit_provider, pending_operations_of, provider_of
from pulumi_kinetic.endpoint import Inputs, Patch
from pulumi_kinetic.journal import Record, digest
from pulumi_kinetic.values import JsonObject, unwrap_from_export


@dataclass
class InterruptedCreate:
    """One create.

    Attributes:
        body: The bytes that it sent, or would have.
        key: Its Idempotency-Key; None where it was an adoption, or where the API has answered already.
        pending: The engine's pending operation, if the state has one.
        record: The journal's record, if there is one.
    """

    body: bytes
    key: str | None
    pending: JsonObject | None = None
    record: Record | None = None

    @property
    def name(self) -> str:
        """What to call it: the resource's name where the state has it, else the URL."""
        if self.pending:
            return str(self.pending["resource"]["urn"]).rpartition("::")[2]
        return redact.value(json.loads(self.body)["url"])

    @property
    def provider(self) -> str:
        """The URN of the provider that the program gave it; "" where its settings are the stack's."""
        if self.pending:
            return provider_of(self.pending["resource"])
        return explicit_provider(self.record.provider) if self.record else ""

    @property
    def inputs(self) -> Inputs:
        """The inputs that the state holds."""
        resource = self.pending["resource"] if self.pending else {}
        return cast("Inputs", unwrap_from_export(resource.get("inputs", {})))

    def candidates(self, managed: Container[str], listing: Mapping[str, RemoteEndpoint]) -> list[RemoteEndpoint]:
        """Return the endpoints that nobody manages and that this create may have made."""
        unmanaged = (remote for remote in listing.values() if remote.webhook_endpoint_id not in managed)
        return [remote for remote in unmanaged if self._matches(remote)]

    def _matches(self, remote: RemoteEndpoint) -> bool:
        """Its status may have followed already."""
        body = json.loads(self.body)
        asked: Patch = {"url": body["url"], "enabledEvents": body.get("enabled_events"), "status": remote.status}
        return not endpoint.patch_for(remote.properties, asked)


def interrupted_creates(state: JsonObject, records: Iterable[Record]) -> Iterator[InterruptedCreate]:
    """Iterate over what is open: the pending creates of a state, each with its record, then records alone."""
    records_by_mark = {record.mark: record for record in records}
    for pending in pending_operations_of(state):
        if pending["type"] == "creating":
            inputs = cast("Inputs", unwrap_from_export(pending["resource"].get("inputs", {})))
            key = None if inputs.get("adopt") else inputs["idempotencyKey"]
            record = records_by_mark.pop(digest(key), None) if key else None
            # the record has the bytes that were sent: a later release may encode the same inputs otherwise
            body = record.body.encode() if record else lifecycle.creation_body(inputs)
            yield InterruptedCreate(body, key, pending, record)
    for record in records_by_mark.values():
        yield InterruptedCreate(record.body.encode(), record.idempotency_key, None, record)
