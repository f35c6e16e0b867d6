"""A client of the emulator's control routes. What exists there is what tests compare our own state with."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
from typing_extensions import Self

from pulumi_kinetic.emulator.request_log import LogEntry
from pulumi_kinetic.settings import Settings

KEY = "md_test_emulator"
READ_ONLY_KEY = "md_test_readonly"
PRODUCTION_KEY = "md_live_emulator"
SECOND_ORGANIZATION_KEY = "md_test_second"


class EmulatorClient:
    """A client of a running emulator: `http` sends requests of the API, the methods those of the control routes."""

    def __init__(self, url: str) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {KEY}", "MD-Version": "2026-06-11"}
        self.http = httpx.Client(base_url=url, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def settings(self, **changed: object) -> Settings:
        """Settings for this emulator, with a short timeout and few retries."""
        given = {"api_key": KEY, "base_url": self.url, "timeout_seconds": 5, "max_retries": 2, **changed}
        return Settings.model_validate(given)

    def reset(self) -> None:
        self._control("POST", "reset")

    # Any: the values of JSON, which each test compares with what it expects.
    def truth(self) -> dict[str, dict[str, Any]]:
        """Every endpoint that exists, signing secret included, by id."""
        return {endpoint["webhook_endpoint_id"]: endpoint for endpoint in self._control("GET", "endpoints")}

    def requests(self, *methods: str) -> list[LogEntry]:
        """The requests so far, oldest first; only those with one of the methods, if any is given."""
        return [entry for entry in self._control("GET", "log") if not methods or entry["method"] in methods]

    def clear_log(self) -> None:
        self._control("DELETE", "log")

    def faults(self, *script: Mapping[str, object]) -> None:
        """Replace the faults to come. See docs/emulator.md#faults."""
        self._control("PUT", "faults", body=list(script))

    def assume(self, **assumptions: object) -> None:
        """Vary the assumptions; those not named get their defaults."""
        self._control("PUT", "assumptions", body=assumptions)

    def keys(self, **keys: Mapping[str, object]) -> None:
        """Replace the known API keys."""
        self._control("PUT", "keys", body=keys)

    def expire_keys(self) -> None:
        """Make the emulator forget every Idempotency-Key."""
        self._control("POST", "expire-keys")

    def seed(self, count: int, environment: str = "sandbox", organization: str = "first") -> list[str]:
        """Create endpoints, and return their ids, oldest first."""
        account = {"environment": environment, "organization": organization}
        ids: list[str] = self._control("POST", "seed", body={"count": count, **account})
        return ids

    def change(self, endpoint_id: str, **fields: object) -> None:
        """Change an endpoint as the API itself may: any status, any text, no validation."""
        self._control("PATCH", f"endpoints/{endpoint_id}", body=fields)

    def edit(self, endpoint_id: str, **fields: object) -> None:
        """Change an endpoint behind Pulumi's back."""
        self.http.patch(f"/v1/webhook_endpoints/{endpoint_id}", json=fields).raise_for_status()

    def remove(self, endpoint_id: str) -> None:
        """Delete an endpoint behind Pulumi's back."""
        self.http.delete(f"/v1/webhook_endpoints/{endpoint_id}").raise_for_status()

    # Any: each route answers its own JSON, and its caller above says which.
    def _control(self, method: str, route: str, body: object = None) -> Any:
        if method == "POST" and body is None:
            body = {}  # even an empty body has to be of JSON
        return self.http.request(method, f"/_emulator/{route}", json=body).raise_for_status().json()


def listing_with_a_bad_entry() -> dict[str, object]:
    """A fault: a page of two endpoints, of which we_2 has no url."""
    good = {"webhook_endpoint_id": "we_1", "url": "https://a.example", "status": "enabled"}
    page = {"data": [good, {**good, "webhook_endpoint_id": "we_2", "url": None}], "has_more": False}
    return {"method": "GET", "status": 200, "body": json.dumps(page), "content_type": "application/json"}
