"""The testing kit's emulator, and what only the tests of this project ask of it."""

import json
from typing import Any

import httpx

from pulumi_kinetic.settings import Settings
from pulumi_kinetic.testing.control import API_KEY, Emulator

KEY = API_KEY
READ_ONLY_KEY = "md_test_readonly"
PRODUCTION_KEY = "md_live_emulator"
SECOND_ORGANIZATION_KEY = "md_test_second"


class EmulatorClient(Emulator):
    """The kit's client, and `http`, which sends requests of the API. What exists is what tests compare with."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        headers = {"Authorization": f"Bearer {KEY}", "MD-Version": "2026-06-11"}
        self.http = httpx.Client(base_url=url, headers=headers)

    def close(self) -> None:
        super().close()
        self.http.close()

    def settings(self, **changed: object) -> Settings:
        """Settings for this emulator, with a short timeout and few retries."""
        given = {"api_key": KEY, "base_url": self.url, "timeout_seconds": 5, "max_retries": 2, **changed}
        return Settings.model_validate(given)

    # Any: the values of JSON, which each test compares with what it expects.
    def truth(self) -> dict[str, dict[str, Any]]:
        """Every endpoint that exists, signing secret included, by id: `endpoints` as the plain JSON that it is."""
        return {endpoint["webhook_endpoint_id"]: endpoint for endpoint in self._control("GET", "endpoints")}


def listing_with_a_bad_entry() -> dict[str, object]:
    """A fault: a page of two endpoints, of which we_2 has no url."""
    good = {"webhook_endpoint_id": "we_1", "url": "https://a.example", "status": "enabled"}
    page = {"data": [good, {**good, "webhook_endpoint_id": "we_2", "url": None}], "has_more": False}
    return {"method": "GET", "status": 200, "body": json.dumps(page), "content_type": "application/json"}
