"""An example of each error, as the code itself words it, for docs/reference/errors.md."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from unittest import mock

import httpx
import pulumi

import pulumi_kinetic as kinetic
from pulumi_kinetic import creation, errors, inputs, refusals, settings
from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.client import Client
from pulumi_kinetic.emulator.server import Server
from pulumi_kinetic.endpoint import Inputs
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.testing import CheckError

ENDPOINT = "we_8KdQ2n4Vb1Xc7M"
_REQUEST_ID = "req_5Hn1Ty8kQw"


def examples() -> dict[str, str]:
    """Return what a user reads, by the name of the error's class."""
    with _lifecycle() as life:
        failing: dict[str, Callable[[], object]] = {
            "SettingsError": lambda: settings.load({"timeoutSeconds": "0"}.get, {"KINETIC_API_KEY": "md_live_made_up"}),
            "EnvironmentMismatchError": lambda: _raise(
                errors.EnvironmentMismatchError(ENDPOINT, "sandbox", "production")
            ),
            "AccountMismatchError": lambda: _raise(_another_account()),
            "AdoptionError": lambda: life.create({"url": "https://example.com", "adopt": ENDPOINT}),
            "SettledError": lambda: _raise(
                errors.SettledError(creation._SPENT.format(endpoint_id=ENDPOINT), advice=creation._AGAIN)  # noqa: SLF001 its text
            ),
            "JournalError": lambda: _raise(Journal(Path("/home/me/.pulumi/kinetic/journal"))._unwritable(_full_disk())),  # noqa: SLF001 its text
            "StackError": _stack_without_a_cli,
            "UnexpectedError": errors.user_facing("create the endpoint")(_defect),
            "OptionError": lambda: kinetic.WebhookEndpoint(
                "orders", url="https://example.com", opts=pulumi.ResourceOptions(import_=ENDPOINT)
            ),
            "CheckError": lambda: _raise(_check_of("ftp://example.com")),
            "NoAnswerError": lambda: Client(_settings("http://127.0.0.1:9")).get(ENDPOINT),
            "UnreadableAnswerError": lambda: _raise(_answer(404, page="<title>Not Found</title>")),
            "UnauthorizedError": lambda: _raise(_answer(401, "unknown API key")),
            "ForbiddenError": lambda: _raise(_answer(403, "insufficient scope", method="POST")),
            "NotFoundError": lambda: _raise(_answer(404, "not_found")),
            "ConflictError": lambda: _raise(_answer(409, "endpoint exists", method="POST")),
            "TooManyRequestsError": lambda: _raise(_answer(429, "slow down", retry_after="120")),
            "ServerError": lambda: _raise(_answer(503, page="<title>503 Service Unavailable</title>")),
            "RejectedError": lambda: _raise(_answer(422, "unknown event judgment.creatd", method="POST")),
        }
        return {name: _text_of(call) for name, call in failing.items()}


def _text_of(call: Callable[[], object]) -> str:
    try:
        call()
    except errors.KineticError as error:
        # the emulator's request ids are random, and each system has numbers of its own
        return re.sub(r"\[Errno \d+\]", "[Errno 111]", re.sub(r"req_\w+", _REQUEST_ID, str(error)))
    raise AssertionError("it should have failed")


def _raise(error: Exception) -> None:
    raise error


def _settings(url: str) -> settings.Settings:
    return settings.Settings.model_validate({"api_key": "md_test_emulator", "base_url": url, "max_retries": 0})


@contextmanager
def _lifecycle() -> Iterator[Lifecycle]:
    with Server() as server, tempfile.TemporaryDirectory() as folder:
        api = Client(_settings(server.url))
        yield Lifecycle(_settings(server.url), api, Journal(Path(folder)), warn=print)
        api.close()


def _answer(
    status: int, message: str = "", *, page: str = "", method: str = "GET", retry_after: str = ""
) -> errors.ApiError:
    headers = {"Content-Type": "text/html"} if page else {"MD-Request-Id": _REQUEST_ID}
    if retry_after:
        headers["Retry-After"] = retry_after
    body: dict[str, Any] = {"text": page} if page else {"json": {"error": {"message": message}}}
    answer = httpx.Response(status, headers=headers, request=httpx.Request(method, "https://example.com"), **body)
    target = 'create a webhook endpoint for "https://example.com"' if method == "POST" else _read()
    scope = "webhook_endpoints:write" if method == "POST" else "webhook_endpoints:read"
    return refusals.error_of(answer, target, scope=scope, secrets=[], attempts=1, may_have_arrived=False)


def _read() -> str:
    return f"read webhook endpoint {ENDPOINT}"


def _another_account() -> errors.AccountMismatchError:
    missing = errors.NotFoundError(_read(), "", request_id=_REQUEST_ID, may_have_arrived=False)
    sandbox = settings.SANDBOX_URL
    return errors.AccountMismatchError(missing, state_origin=sandbox, origin=sandbox, is_known=True)


def _full_disk() -> OSError:
    return OSError(28, "No space left on device")


def _stack_without_a_cli() -> None:
    with mock.patch.dict("os.environ", {"PATH": ""}):
        Stack("prod", Path()).export()


def _defect() -> None:
    exec(compile("\n" * 41 + "raise KeyError", "client.py", "exec"))  # noqa: S102 a place that doesn't move


def _check_of(url: str) -> CheckError:
    return CheckError("orders", [sentence for _, sentence in mistakes_in({"url": url})])


def mistakes_in(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the property of each mistake in what a program declares, and what the check says of it."""
    failures = inputs.check({}, cast("Inputs", given), environment="production", new_key="").failures
    return [(failure.property, " ".join(failure.redacted()).strip()) for failure in failures]
