"""State and rules of the emulated API; knows no HTTP.

What a refusal looks like on the wire, and which HTTP header carries what, is `app`'s business.
"""

import hashlib
import json
import secrets
import string
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pulumi_kinetic.emulator.records import Endpoint, Environment, Fields, Key, Remembered, State
from pulumi_kinetic.emulator.state_file import StateFile
from pulumi_kinetic.emulator.validation import problems_in

_ALPHABET = string.ascii_letters + string.digits
UPDATABLE = ("url", "enabled_events", "status")


class Refusal(Exception):  # noqa: N818 the API refuses; it doesn't err
    """The API says no: `status` and `code` as on the wire."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Assumptions(BaseModel):
    """What the API reference does not say. Everything here is made up, and can be changed."""

    model_config = ConfigDict(extra="forbid")

    error_shape: Literal["nested", "flat", "list", "string", "problem"] = Field(
        "nested",
        description="The JSON of an error: {error: {code, message}}, {code, message}, {errors: [...]}, …",
    )
    event_order: Literal["as_sent", "sorted", "reversed"] = Field(
        "as_sent", description="The order in which enabled_events come back."
    )
    all_events: Literal["star", "null", "absent"] = Field(
        "star", description='How an endpoint for all events is answered: ["*"], null, or without the field.'
    )
    newest_first: bool = Field(default=True, description="The order of a listing.")
    extra_fields: bool = Field(default=False, description="Whether answers carry fields beyond the reference's.")
    key_life_seconds: float = Field(86_400, description="How long an Idempotency-Key is remembered.")
    mismatch_status: int = Field(422, description="Answer to the same Idempotency-Key with another body.")
    in_flight_status: int = Field(409, description="Answer to an Idempotency-Key whose request is under way.")
    invalid_status: int = Field(422, description="Answer to invalid fields.")
    replay_without_secret: bool = Field(
        default=False, description="Whether a replayed create leaves the signing secret out."
    )
    request_id_header: bool = Field(default=True, description="Whether answers carry MD-Request-Id.")


class Store:
    """All endpoints of all environments, in memory or in a file that survives a restart."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = StateFile(path) if path else None
        self._lock = threading.RLock()
        self.assumptions = Assumptions()
        saved = self._file.read() if self._file else ""
        self._state = State.model_validate(json.loads(saved)) if saved else State()

    def authorize(self, authorization: str | None, scope: str) -> Key:
        """The key of an `Authorization` value, if it may do what `scope` names."""
        scheme, _, token = (authorization or "").partition(" ")
        key = self._state.keys.get(token.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise Refusal(401, "unauthorized", "the API key is missing or not known")
        if scope not in key.scopes:
            raise Refusal(403, "forbidden", f"the API key lacks the scope {scope}")
        return key

    def remember(self, idempotency_key: str, body: bytes, environment: Environment) -> Endpoint | None:
        """Open an Idempotency-Key: the endpoint that it made already, or None when it is new."""
        name = f"{environment} {idempotency_key}"
        fingerprint = hashlib.sha256(body).hexdigest()
        with self._lock:
            known = self._state.remembered.get(name)
            if known is None or known.at + self.assumptions.key_life_seconds < time.time():
                self._state.remembered[name] = Remembered(fingerprint=fingerprint, at=time.time())
                return None
            if known.fingerprint != fingerprint:
                raise Refusal(
                    self.assumptions.mismatch_status,
                    "idempotency_key_reused",
                    "this Idempotency-Key was used with another body",
                )
            if known.endpoint is None:
                raise Refusal(
                    self.assumptions.in_flight_status,
                    "idempotency_key_in_use",
                    "a request with this Idempotency-Key is under way",
                )
            return known.endpoint

    def forget(self, idempotency_key: str, environment: Environment) -> None:
        """Close an Idempotency-Key whose request came to nothing."""
        with self._lock:
            self._state.remembered.pop(f"{environment} {idempotency_key}", None)

    def expire_keys(self) -> None:
        """Forget every Idempotency-Key, as after the end of its life."""
        with self._lock:
            self._state.remembered.clear()
            self._save()

    def create(self, fields: Fields, environment: Environment, idempotency_key: str | None) -> Endpoint:
        """Make an endpoint and note it under its Idempotency-Key, in one step."""
        self.validate(fields, environment, allowed=("url", "enabled_events"), required=("url",))
        made = Endpoint(
            webhook_endpoint_id=f"we_{_random(14)}",
            url=fields["url"],
            enabled_events=fields.get("enabled_events") or ["*"],
            created_at=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            signing_secret=f"whsec_{_random(24)}",
            environment=environment,
        )
        with self._lock:
            self._state.endpoints[made.webhook_endpoint_id] = made
            known = self._state.remembered.get(f"{environment} {idempotency_key}")
            if known is not None:
                known.endpoint = made.model_copy()
            self._save()
        return made

    def get(self, endpoint_id: str, environment: Environment) -> Endpoint:
        """One endpoint, or `not_found`."""
        found = self._state.endpoints.get(endpoint_id)
        if found is None or found.environment != environment:
            raise Refusal(404, "not_found", f"no webhook endpoint {endpoint_id} in this environment")
        return found

    def page(
        self, environment: Environment, limit: int, after: str | None, before: str | None
    ) -> tuple[list[Endpoint], bool]:
        """One page in listing order, and whether there is more in the direction of the cursor."""
        with self._lock:
            every = [one for one in self._state.endpoints.values() if one.environment == environment]
        if self.assumptions.newest_first:
            every.reverse()
        ids = [one.webhook_endpoint_id for one in every]
        if before is not None:
            every = every[: _position(ids, before)]
            return every[-limit:], len(every) > limit
        every = every[_position(ids, after) + 1 if after is not None else 0 :]
        return every[:limit], len(every) > limit

    def update(self, endpoint_id: str, fields: Fields, environment: Environment) -> Endpoint:
        """Change the given fields."""
        self.validate(fields, environment, allowed=UPDATABLE)
        with self._lock:
            found = self.get(endpoint_id, environment)
            changed = found.model_copy(update=fields)
            self._state.endpoints[endpoint_id] = changed
            self._save()
        return changed

    def delete(self, endpoint_id: str, environment: Environment) -> None:
        """Remove an endpoint and its secret."""
        with self._lock:
            self.get(endpoint_id, environment)
            del self._state.endpoints[endpoint_id]
            self._save()

    def validate(
        self,
        fields: Fields,
        environment: Environment,
        *,
        allowed: Sequence[str],
        required: Sequence[str] = (),
    ) -> None:
        """Refuse fields that the reference doesn't allow. Which code that gives is assumed."""
        problems = problems_in(fields, environment, allowed=allowed, required=required)
        if problems:
            raise Refusal(self.assumptions.invalid_status, "invalid_request", "; ".join(problems))

    def reset(self) -> None:
        """Back to a new emulator: no endpoints, the default keys and assumptions."""
        with self._lock:
            self._state = State()
            self.assumptions = Assumptions()
            self._save()

    def seed(self, count: int, environment: Environment) -> list[Endpoint]:
        """Make `count` endpoints at once."""
        return [
            self.create({"url": f"https://example.com/seed/{number}"}, environment, None) for number in range(count)
        ]

    def set_keys(self, keys: dict[str, Key]) -> None:
        """Replace the known API keys."""
        with self._lock:
            self._state.keys = keys
            self._save()

    def truth(self) -> list[Fields]:
        """Every endpoint with its secret: what tests compare Pulumi's state with."""
        with self._lock:
            return [one.model_dump() for one in self._state.endpoints.values()]

    def _save(self) -> None:
        if self._file:
            # Not model_dump_json: pydantic can't write a lone surrogate, which JSON allows in a URL. json escapes it.
            self._file.write(json.dumps(self._state.model_dump(), indent=1))


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _position(ids: list[str], cursor: str) -> int:
    if cursor not in ids:
        raise Refusal(400, "invalid_cursor", "the cursor is not the id of an endpoint of this environment")
    return ids.index(cursor)
