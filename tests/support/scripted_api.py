"""An API that gives prepared answers, in this process: for answers that the emulator never gives."""

from collections.abc import Callable

import httpx
import pytest

from pulumi_kinetic import client, errors
from pulumi_kinetic.client import Client
from pulumi_kinetic.settings import Settings
from support.emulator import KEY

URL = "https://example.com/hooks"
BODY = client.encode({"url": URL, "enabled_events": ["a"]})


def answering(*answers: httpx.Response | Exception, max_retries: int = 0) -> tuple[Client, list[httpx.Request]]:
    """A client of a server that gives these answers, one a request, and the requests that it gets."""
    coming, requests = iter(answers), []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        answer = next(coming)
        if isinstance(answer, Exception):
            raise answer
        return answer

    given = {"api_key": KEY, "base_url": "https://api.example", "max_retries": max_retries}
    return Client(Settings.model_validate(given), httpx.MockTransport(handle)), requests


def problem(call: Callable[[], object]) -> errors.ApiError:
    with pytest.raises(errors.ApiError) as raised:
        call()
    assert KEY not in str(raised.value)
    return raised.value
