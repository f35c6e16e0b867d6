"""State and rules of the emulated API, without HTTP.

What a refusal looks like on the wire is decided in `wire`, and which HTTP header carries what in `app`.
"""

import hashlib
import secrets
import string
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from pulumi_kinetic.emulator.assumptions import Assumptions
from pulumi_kinetic.emulator.records import Account, ApiKey, Endpoint, IdempotencyRecord, JsonObject, State
from pulumi_kinetic.emulator.rewriting import rewritten_events, rewritten_url
from pulumi_kinetic.emulator.saved_state import load_state, save_state
from pulumi_kinetic.emulator.state_file import StateFile
from pulumi_kinetic.emulator.validation import problems_in

_ALPHABET = string.ascii_letters + string.digits


class ApiRefusal(Exception):  # noqa: N818 the API refuses; it doesn't err
    """The API refuses a request: `status` and `code` as on the wire."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class Store:
    """All endpoints of all accounts, in memory or in a file that survives a restart.

    Args:
        path: The state file, created if there is none; None for memory only.

    A change that can't be saved raises StateFileError, and isn't made in memory either.

    Raises:
        StateFileError: The state file can't be used, or holds something else.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._file = StateFile(path) if path else None
        # Reentrant, since update and delete call get.
        self._lock = threading.RLock()
        self.assumptions = Assumptions()
        # The bodies of the creates under way, by the names of their records; no restart keeps them.
        self._in_flight: dict[str, str] = {}
        self._state = load_state(self._file) if self._file else State()

    def close(self) -> None:
        """Give the state file free for another emulator."""
        if self._file:
            self._file.close()

    def authorize(self, authorization: str | None, scope: str) -> ApiKey:
        """Look up the API key of a request.

        Args:
            authorization: The value of the header `Authorization`.
            scope: The scope that the call needs.

        Raises:
            ApiRefusal: The key is unknown (401), or lacks the scope (403).
        """
        scheme, _, token = (authorization or "").partition(" ")
        key = self._state.api_keys.get(token.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise ApiRefusal(401, "unauthorized", "the API key is missing or not known")
        if scope not in key.scopes:
            raise ApiRefusal(403, "forbidden", f"the API key lacks the scope {scope}")
        return key

    def begin_create(self, idempotency_key: str, body: bytes, account: Account) -> Endpoint | None:
        """Note that a create with an Idempotency-Key has begun, unless the key was used before.

        Returns: The endpoint that the first request with this key created; None if this request is the first, and is
            to create one.

        Raises:
            ApiRefusal: The key was used with another body, or its first request is in flight.
        """
        name = _record_name(account, idempotency_key)
        fingerprint = hashlib.sha256(body).hexdigest()
        with self._lock:
            record = self._record(name)
            used_for = record.fingerprint if record else self._in_flight.get(name)
            if used_for is None:
                self._in_flight[name] = fingerprint
                return None
            if used_for != fingerprint:
                raise ApiRefusal(
                    self.assumptions.mismatch_status,
                    "idempotency_key_reused",
                    "this Idempotency-Key was used with another body",
                )
            if record is None:
                raise ApiRefusal(
                    self.assumptions.in_flight_status,
                    "idempotency_key_in_use",
                    "a request with this Idempotency-Key is under way",
                )
            return record.endpoint

    def end_create(self, idempotency_key: str, account: Account) -> None:
        """Note that a create has ended. If it created nothing, its Idempotency-Key can be used again."""
        with self._lock:
            self._in_flight.pop(_record_name(account, idempotency_key), None)

    def expire_idempotency_keys(self) -> None:
        """Forget every Idempotency-Key, as after the end of its life."""
        with self._lock:
            self._commit(idempotency_records={})
            self._in_flight.clear()

    def create(self, fields: JsonObject, account: Account, idempotency_key: str | None) -> Endpoint:
        """Create an endpoint, and the record of its Idempotency-Key in the same step.

        Raises:
            ApiRefusal: The fields are invalid.
            StateFileError: The endpoint can't be saved; it wasn't created.
        """
        self._require_valid(fields, account, allowed=("url", "enabled_events"), required=("url",))
        stored = self._rewritten({"enabled_events": ["*"], **fields})
        endpoint = _new_endpoint(stored, account, self.assumptions.new_status)
        with self._lock:
            records = self._state.idempotency_records
            name = _record_name(account, idempotency_key) if idempotency_key else ""
            # Not in flight any more if the keys expired meanwhile.
            if fingerprint := self._in_flight.get(name):
                record = IdempotencyRecord(fingerprint=fingerprint, at=time.time(), endpoint=endpoint)
                records = {**records, name: record}
            endpoints = {**self._state.endpoints, endpoint.webhook_endpoint_id: endpoint}
            self._commit(endpoints=endpoints, idempotency_records=records)
        return endpoint

    def get(self, endpoint_id: str, account: Account | None) -> Endpoint:
        """Look up an endpoint of an account; of any where that is None.

        Raises:
            ApiRefusal: There is no such endpoint (404).
        """
        endpoint = self._state.endpoints.get(endpoint_id)
        if endpoint is None or account not in (None, endpoint.account):
            message = f"no webhook endpoint {endpoint_id} in this organization and environment"
            raise ApiRefusal(404, "not_found", message)
        return endpoint

    def page(self, account: Account, limit: int, after: str | None, before: str | None) -> tuple[list[Endpoint], bool]:
        """Cut a page out of the listing of an account.

        Args:
            account: Whose endpoints.
            limit: The most endpoints that the page may have.
            after: The id of the endpoint before the first of the page; None for the beginning.
            before: The id of the endpoint after the last of the page. If it is given, `after` is ignored.

        Returns: The page, and whether more endpoints follow in the direction of the cursor.

        Raises:
            ApiRefusal: A cursor is not the id of an endpoint of this account.
        """
        with self._lock:
            endpoints = [endpoint for endpoint in self._state.endpoints.values() if endpoint.account == account]
        if self.assumptions.newest_first:
            endpoints.reverse()
        ids = [endpoint.webhook_endpoint_id for endpoint in endpoints]
        if before is not None:
            preceding = endpoints[: _position(ids, before)]
            return preceding[-limit:], len(preceding) > limit
        following = endpoints[_position(ids, after) + 1 if after is not None else 0 :]
        return following[:limit], len(following) > limit

    def update(self, endpoint_id: str, fields: JsonObject, account: Account) -> tuple[Endpoint, Endpoint]:
        """Change the given fields of an endpoint, and no other.

        Returns: The endpoint before, and after.

        Raises:
            ApiRefusal: The fields are invalid, or the account has no such endpoint.
        """
        self._require_valid(fields, account, allowed=("url", "enabled_events", "status"))
        with self._lock:
            before = self.get(endpoint_id, account)
            after = before.model_copy(update=self._rewritten(fields))
            self._commit(endpoints={**self._state.endpoints, endpoint_id: after})
        return before, after

    def overwrite(self, endpoint_id: str, fields: JsonObject) -> None:
        """Change an endpoint of any account as the API itself may: without validation, and without rewriting.

        Raises:
            ApiRefusal: There is no such endpoint.
        """
        with self._lock:
            changed = self.get(endpoint_id, None).model_copy(update=fields)
            self._commit(endpoints={**self._state.endpoints, endpoint_id: changed})

    def delete(self, endpoint_id: str, account: Account | None) -> None:
        """Remove an endpoint of an account and its secret; of any account where that is None.

        Raises:
            ApiRefusal: There is no such endpoint.
        """
        with self._lock:
            self.get(endpoint_id, account)
            rest = {name: other for name, other in self._state.endpoints.items() if name != endpoint_id}
            self._commit(endpoints=rest)

    def reset(self) -> None:
        """Make the store new: no endpoints, the default keys and assumptions."""
        with self._lock:
            self._commit(**dict(State()))
            self._in_flight.clear()
            self.assumptions = Assumptions()

    def seed(self, count: int, account: Account) -> list[Endpoint]:
        """Create `count` endpoints at once, and save them together."""
        endpoints = [_new_endpoint({"url": f"https://example.com/seed/{number}"}, account) for number in range(count)]
        with self._lock:
            seeded = {endpoint.webhook_endpoint_id: endpoint for endpoint in endpoints}
            self._commit(endpoints={**self._state.endpoints, **seeded})
        return endpoints

    def set_api_keys(self, api_keys: dict[str, ApiKey]) -> None:
        """Replace the known API keys."""
        with self._lock:
            self._commit(api_keys=api_keys)

    def all_endpoints(self) -> list[Endpoint]:
        """List every endpoint of every account with its secret: what tests compare Pulumi's state with."""
        with self._lock:
            return list(self._state.endpoints.values())

    def _require_valid(
        self, fields: JsonObject, account: Account, *, allowed: Sequence[str], required: Sequence[str] = ()
    ) -> None:
        problems = problems_in(fields, account.environment, allowed=allowed, required=required)
        if problems:
            raise ApiRefusal(self.assumptions.invalid_status, "invalid_request", "; ".join(problems))

    def _rewritten(self, fields: JsonObject) -> JsonObject:
        """Return valid fields as the API stores them."""
        rewritten = dict(fields)
        if isinstance(url := fields.get("url"), str):
            rewritten["url"] = rewritten_url(url, self.assumptions.url_rules)
        if isinstance(events := fields.get("enabled_events"), list):
            rewritten["enabled_events"] = [*rewritten_events(map(str, events), self.assumptions.event_rules)]
        return rewritten

    def _record(self, name: str) -> IdempotencyRecord | None:
        record = self._state.idempotency_records.get(name)
        # Without an endpoint in files of older versions: a request that was in flight when they ended.
        if record is None or record.endpoint is None:
            return None
        return record if record.at + self.assumptions.key_life_seconds >= time.time() else None

    def _commit(self, **changes: object) -> None:
        """Save the state with these changes, and then take it over."""
        state = self._state.model_copy(update=changes)
        if self._file:
            save_state(self._file, state)
        self._state = state


def _new_endpoint(fields: JsonObject, account: Account, status: str = "enabled") -> Endpoint:
    return Endpoint(
        webhook_endpoint_id=f"we_{_random(14)}",
        url=fields["url"],
        enabled_events=fields.get("enabled_events", ["*"]),
        status=status,
        created_at=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        signing_secret=f"whsec_{_random(24)}",
        environment=account.environment,
        organization=account.organization,
    )


def _record_name(account: Account, idempotency_key: str) -> str:
    # Each account has its own keys.
    return f"{account.organization} {account.environment} {idempotency_key}"


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _position(ids: list[str], cursor: str) -> int:
    if cursor not in ids:
        raise ApiRefusal(400, "invalid_cursor", "the cursor is not the id of an endpoint of this key's account")
    return ids.index(cursor)
