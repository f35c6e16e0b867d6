"""The emulator's control routes, for tests: its truth is their oracle."""

from typing import Any

import httpx
from typing_extensions import Self

from pulumi_kinetic.settings import Settings

KEY = "md_test_emulator"
READ_ONLY_KEY = "md_test_readonly"
PRODUCTION_KEY = "md_live_emulator"


class EmulatorClient:
    def __init__(self, url: str) -> None:
        self.url = url
        headers = {"Authorization": f"Bearer {KEY}", "MD-Version": "2026-06-11"}
        self.http = httpx.Client(base_url=url, headers=headers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def settings(self, **changed: Any) -> Settings:
        given = {"api_key": KEY, "base_url": self.url, "timeout_seconds": 5, "max_retries": 2, **changed}
        return Settings.model_validate(given)

    def reset(self) -> None:
        self._control("POST", "reset")

    def truth(self) -> dict[str, dict[str, Any]]:
        """Every endpoint that exists, secret included, by id."""
        return {endpoint["webhook_endpoint_id"]: endpoint for endpoint in self._control("GET", "endpoints")}

    def requests(self, *methods: str) -> list[dict[str, Any]]:
        """What was asked so far, oldest first."""
        return [entry for entry in self._control("GET", "log") if not methods or entry["method"] in methods]

    def clear_log(self) -> None:
        self._control("DELETE", "log")

    def faults(self, *script: dict[str, Any]) -> None:
        self._control("PUT", "faults", json=list(script))

    def assume(self, **assumptions: Any) -> None:
        self._control("PUT", "assumptions", json=assumptions)

    def keys(self, **keys: dict[str, Any]) -> None:
        self._control("PUT", "keys", json=keys)

    def expire_keys(self) -> None:
        self._control("POST", "expire-keys")

    def seed(self, count: int, environment: str = "sandbox") -> list[str]:
        ids: list[str] = self._control("POST", "seed", json={"count": count, "environment": environment})
        return ids

    def edit(self, endpoint_id: str, **fields: Any) -> None:
        """Change an endpoint behind Pulumi's back."""
        self.http.patch(f"/v1/webhook_endpoints/{endpoint_id}", json=fields).raise_for_status()

    def remove(self, endpoint_id: str) -> None:
        """Delete an endpoint behind Pulumi's back."""
        self.http.delete(f"/v1/webhook_endpoints/{endpoint_id}").raise_for_status()

    def _control(self, method: str, route: str, **request: Any) -> Any:
        return self.http.request(method, f"/_emulator/{route}", **request).raise_for_status().json()
