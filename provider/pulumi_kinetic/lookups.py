"""What a Python program looks up when it runs: endpoints as the API describes them."""

import os
from asyncio import to_thread
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

import pulumi

from pulumi_kinetic import errors, settings
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.client import Client

P = ParamSpec("P")
T = TypeVar("T")


def _ends_the_program(operation: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make an error that a program doesn't catch end it with the message alone, as Pulumi's own RunError does.

    The error keeps its class besides, so that a program can catch it. Of any other error the language host prints a
    traceback, with the program's source.
    """

    def decorate(look_up: Callable[P, T]) -> Callable[P, T]:
        guarded = errors.user_facing(operation)(look_up)

        @wraps(look_up)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return guarded(*args, **kwargs)
            except errors.KineticError as error:
                kind = type(error)
                error.__class__ = type(kind.__name__, (kind, pulumi.RunError), {"__module__": kind.__module__})
                raise error.with_traceback(None) from None

        return run

    return decorate


@dataclass(frozen=True)
class WebhookEndpointInfo:
    """An endpoint as the API describes it; never its secret.

    Attributes:
        webhook_endpoint_id: Its id (`we_…`).
        url: Where events are delivered.
        enabled_events: The events delivered; None where the API doesn't say, and `["*"]` means all.
        status: `enabled` or `disabled`.
        created_at: When the API created it (ISO 8601), if it says.
    """

    webhook_endpoint_id: str
    url: str
    enabled_events: list[str] | None
    status: str
    created_at: str | None


class Reader(Protocol):
    """What the look-ups ask of the API."""

    def get(self, endpoint_id: str) -> RemoteEndpoint:
        """Read one endpoint."""

    def list(self, *, skipped: Callable[[str], None]) -> Iterable[RemoteEndpoint]:
        """Read all endpoints; `skipped` is told of each that can't be read."""


@contextmanager
def client_of_the_stack() -> Iterator[Reader]:
    """Open a client by the settings of the stack whose program runs.

    Raises:
        SettingsError: The API key or another setting is missing or wrong.
    """
    api = Client(settings.load(pulumi.Config("kinetic").get, os.environ))
    try:
        yield api
    finally:
        api.close()


open_reader = client_of_the_stack
"""Opens what the look-ups read from: a unit test's mocks take the place of the API."""


@_ends_the_program("look up a webhook endpoint")
def get_webhook_endpoint(webhook_endpoint_id: str) -> WebhookEndpointInfo:
    """Look up one endpoint when the program runs (so in a preview too).

    Args:
        webhook_endpoint_id: The id that the API gave it (`we_…`).

    Raises:
        NotFoundError: No such endpoint exists in the key's organization and environment.
        SettingsError: The API key or another setting is missing or wrong.
        ApiError: The API can't be asked.
    """
    if not isinstance(webhook_endpoint_id, str):
        raise errors.KineticError(
            "the id of an endpoint is a string (we_…): for an Output, `get_webhook_endpoint_output`"
        )
    with open_reader() as api:
        return WebhookEndpointInfo(**cast("dict[str, Any]", api.get(webhook_endpoint_id).public()))


@_ends_the_program("list webhook endpoints")
def list_webhook_endpoints() -> list[WebhookEndpointInfo]:
    """Return all endpoints of the key's environment when the program runs (so in a preview too).

    Raises:
        SettingsError: The API key or another setting is missing or wrong.
        ApiError: The API can't be asked.
    """
    with open_reader() as api:
        return [
            WebhookEndpointInfo(**cast("dict[str, Any]", remote.public()))
            for remote in api.list(skipped=pulumi.log.warn)
        ]


def get_webhook_endpoint_output(webhook_endpoint_id: pulumi.Input[str]) -> pulumi.Output[WebhookEndpointInfo]:
    """Look up one endpoint whose id may be an Output: once it is known, so not in a preview that can't know it.

    Args:
        webhook_endpoint_id: The id that the API gave it (`we_…`).

    Returns: What `get_webhook_endpoint` returns; unknown while the id is, and secret if it is. An error ends the
        program: it has the text of that function's.
    """
    # in a thread, or other resources of the program would wait for the answer
    return pulumi.Output.from_input(webhook_endpoint_id).apply(lambda known: to_thread(get_webhook_endpoint, known))


def list_webhook_endpoints_output() -> pulumi.Output[list[WebhookEndpointInfo]]:
    """Return what `list_webhook_endpoints` returns, without waiting for it.

    An error ends the program: it has the text of that function's.
    """
    return pulumi.Output.from_input(None).apply(lambda _: to_thread(list_webhook_endpoints))
