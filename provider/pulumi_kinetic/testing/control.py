"""The emulated API in the hands of a test: what exists, what was asked, and what goes wrong next."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from pydantic import TypeAdapter
from typing_extensions import Self

from pulumi_kinetic.emulator.assumptions import Assumptions
from pulumi_kinetic.emulator.faults import Fault
from pulumi_kinetic.emulator.records import FIRST_ORGANIZATION, ApiKey, Endpoint, Environment
from pulumi_kinetic.emulator.request_log import LogEntry
from pulumi_kinetic.errors import KineticError

API_KEY = "md_test_emulator"
_TIMEOUT_SECONDS = 30.0
_KEYS = TypeAdapter(dict[str, ApiKey])


class Emulator:
    """A running emulator, as a test sees it; `emulator()` starts one.

    What its methods do is no request of the API: it is neither listed by `requests` nor disturbed by faults.

    Args:
        url: Where it serves: its base URL.

    Attributes:
        url: The same.
        api_key: A key of the sandbox that may read and write. For others see docs/reference/emulator.md.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.api_key = API_KEY
        # no proxy of the environment: it is on this machine
        self._control_routes = httpx.Client(base_url=f"{url}/_emulator", timeout=_TIMEOUT_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections to the emulator, which goes on."""
        self._control_routes.close()

    def reset(self) -> None:
        """Make it new: no endpoints, the default keys and assumptions, no faults, no requests."""
        self._control("POST", "reset", {})

    def endpoints(self) -> dict[str, Endpoint]:
        """Return every endpoint that exists by id, oldest first, of all organizations and environments.

        Each has its signing secret, which its `repr` doesn't show.
        """
        listed = [Endpoint.model_validate(endpoint) for endpoint in self._control("GET", "endpoints")]
        return {endpoint.webhook_endpoint_id: endpoint for endpoint in listed}

    def requests(self, *methods: str) -> list[LogEntry]:
        """Return the requests of the API so far, oldest first.

        Args:
            methods: Return only those with one of these HTTP methods; all where none is given.
        """
        return [entry for entry in self._control("GET", "log") if not methods or entry["method"] in methods]

    def clear_log(self) -> None:
        """Forget the requests so far."""
        self._control("DELETE", "log")

    def faults(self, *script: Fault | Mapping[str, object]) -> None:
        """Replace the faults to come: each request takes the first one that is for it.

        Args:
            script: The faults, also as the JSON of docs/reference/emulator.md#faults; none takes back what is left of
                them.

        Raises:
            ValidationError: A fault has a field that there isn't, or a value that it can't have.
        """
        faults = [Fault.model_validate(fault) for fault in script]
        self._control("PUT", "faults", [fault.model_dump(exclude_unset=True) for fault in faults])

    def assume(self, **assumptions: object) -> None:
        """Vary what the API reference doesn't say; what isn't named gets its default.

        Args:
            assumptions: See docs/reference/emulator.md#what-is-assumed-and-can-be-varied.

        Raises:
            ValidationError: There is no such assumption, or it can't have this value.
        """
        self._control("PUT", "assumptions", Assumptions.model_validate(assumptions).model_dump())

    def keys(self, **keys: Mapping[str, object]) -> None:
        """Replace the known API keys. See docs/reference/emulator.md#several-organizations.

        Raises:
            ValidationError: A key has a field that there isn't, or a value that it can't have.
        """
        self._control("PUT", "keys", _KEYS.dump_python(_KEYS.validate_python(keys)))

    def expire_keys(self) -> None:
        """Make it forget every Idempotency-Key, as the API does after a while."""
        self._control("POST", "expire-keys", {})

    def seed(
        self, count: int, environment: Environment = "sandbox", organization: str = FIRST_ORGANIZATION
    ) -> list[str]:
        """Create endpoints that no program declares.

        Args:
            count: How many, up to 10,000.
            environment: Where.
            organization: Whose.

        Returns: Their ids, oldest first.
        """
        account = {"environment": environment, "organization": organization}
        ids: list[str] = self._control("POST", "seed", {"count": count, **account})
        return ids

    def edit(
        self,
        endpoint_id: str,
        *,
        url: str | None = None,
        enabled_events: list[str] | None = None,
        status: str | None = None,
    ) -> None:
        """Change an endpoint behind Pulumi's back, as a colleague does, or the API itself: nothing is validated.

        Args:
            endpoint_id: The endpoint.
            url: Its new URL; what is None stays.
            enabled_events: Its new events.
            status: Its new status: also one that the API reference doesn't know, such as `suspended`.

        Raises:
            KineticError: There is no such endpoint.
        """
        fields = {"url": url, "enabled_events": enabled_events, "status": status}
        self._control("PATCH", f"endpoints/{endpoint_id}", fields)

    def remove(self, endpoint_id: str) -> None:
        """Delete an endpoint behind Pulumi's back.

        Raises:
            KineticError: There is no such endpoint.
        """
        self._control("DELETE", f"endpoints/{endpoint_id}")

    # Any: each route answers its own JSON, and its caller above says which.
    def _control(self, method: str, route: str, body: object = None) -> Any:
        answer = self._control_routes.request(method, route, json=body)
        if answer.is_error:
            raise KineticError(f"the emulator refused {method} {route} ({answer.status_code}): {answer.text}")
        return answer.json()


@contextmanager
def emulator() -> Iterator[Emulator]:
    """Serve an emulated Kinetic API on a free port of loopback while the `with` block runs.

    Raises:
        KineticError: The packages of the extra `emulator` aren't installed.
    """
    try:
        from pulumi_kinetic.emulator.server import Server  # noqa: PLC0415 an extra that not everyone installs
    except ModuleNotFoundError as error:
        raise KineticError(
            f"the emulator needs more packages ({error.name} is missing): install pulumi-kinetic[emulator]"
        ) from None
    with Server() as server, Emulator(server.url) as running:
        yield running
