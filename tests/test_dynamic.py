from collections.abc import Iterator

import pytest

from support.diff_cases import inputs
from support.doors import DynamicDoor, message
from support.emulator import EmulatorClient

NEWS = {"url": "https://example.com/hooks", "enabledEvents": ["b", "a"], "idempotencyKey": ""}


@pytest.fixture
def door(config: dict[str, str]) -> Iterator[DynamicDoor]:
    with DynamicDoor(config) as opened:
        yield opened


NEWS = {"url": "https://example.com/hooks", "enabledEvents": ["b", "a"], "idempotencyKey": ""}


def test_missing_settings_are_reported_by_check_beside_the_inputs_mistakes() -> None:
    with DynamicDoor({"timeoutSeconds": "soon"}, {"KINETIC_API_KEY": ""}) as door:
        _, failures = door.check({}, {**NEWS, "status": "paused"})
        assert [reason.split()[0] for _, reason in failures] == ["the", "kinetic:timeoutSeconds", "must"]
        assert "the API key is missing" in message(lambda: door.create(NEWS))


def test_adoption_warns_on_stderr_where_the_engine_shows_it(config: dict[str, str], emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    with DynamicDoor(config) as door:
        door.create(inputs({"adopt": made}))
    assert f"warning: {made} is adopted without its signing secret" in door.stderr
