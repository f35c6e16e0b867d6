"""What `pulumi up -d` shows of the provider's work."""

import re
from collections.abc import Callable

import pytest

from support.emulator import EmulatorClient
from support.programs import Program
from support.sdk import RESOURCE_BY_DOOR
from support.stack import Deployment


@pytest.mark.parametrize("door", RESOURCE_BY_DOOR)
def test_each_request_has_a_line_in_debug_output_only(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, door: str
) -> None:
    program = Program(door)
    deployment = deploy(program)
    deployment.up(debug=True)
    (request,) = emulator.requests("POST")
    line = (
        rf'create a webhook endpoint for "https://example\.com": 201 in \d+ ms \(request id {request["request_id"]}\)'
    )
    assert re.search(line, "".join(deployment.output))
    deployment.output.clear()
    program.arguments["url"] = "https://example.com/changed"
    deployment.up()
    assert " ms (request id" not in "".join(deployment.output)
