"""A create that was begun: what the state remembers of it, what the journal does, or both."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pulumi_kinetic import endpoint, lifecycle, redact
from pulumi_kinetic.answers import Endpoint
from pulumi_kinetic.cli.state import explicit, pending_of, provider_of
from pulumi_kinetic.journal import Record, mark_of
from pulumi_kinetic.values import Json, plain


@dataclass
class Intent:
    """One create; `key` is None where it was an adoption, or where the API has answered already."""

    body: bytes
    key: str | None
    pending: Json | None = None
    record: Record | None = None

    @property
    def name(self) -> str:
        """What to call it: the resource's name where it is known, else the URL."""
        if self.pending:
            return str(self.pending["resource"]["urn"]).rpartition("::")[2]
        return redact.shown(json.loads(self.body)["url"])

    @property
    def provider(self) -> str:
        """The URN of the provider that the program gave it; "" where its settings are the stack's."""
        if self.pending:
            return provider_of(self.pending["resource"])
        return explicit(self.record.provider) if self.record else ""

    @property
    def inputs(self) -> Json:
        """The inputs that the state remembers."""
        inputs: Json = plain(self.pending["resource"].get("inputs", {})) if self.pending else {}
        return inputs

    def candidates(self, managed: Container[str], listing: Mapping[str, Endpoint]) -> list[Endpoint]:
        """The endpoints that nobody manages and that it may have made."""
        found = (one for one in listing.values() if one.webhook_endpoint_id not in managed)
        return [one for one in found if self._fits(one)]

    def _fits(self, found: Endpoint) -> bool:
        """Its status may have followed already."""
        wanted = json.loads(self.body)
        asked = {"url": wanted["url"], "enabledEvents": wanted.get("enabled_events"), "status": found.status}
        actual = {"url": found.url, "enabledEvents": found.enabled_events, "status": found.status}
        return not endpoint.changes(actual, asked)


def intents_of(state: Json, records: Iterable[Record]) -> Iterator[Intent]:
    """Every create that is open: those of the state, each with its record, then those of the journal alone."""
    forgotten = {one.mark: one for one in records}
    for pending in pending_of(state):
        if pending["type"] == "creating":
            inputs = plain(pending["resource"].get("inputs", {}))
            key = None if inputs.get("adopt") else inputs["idempotencyKey"]
            record = forgotten.pop(mark_of(key), None) if key else None
            yield Intent(lifecycle.creation_body(inputs), key, pending, record)
    for record in forgotten.values():
        yield Intent(record.body.encode(), record.idempotency_key, None, record)
