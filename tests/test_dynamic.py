import json
from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_kinetic.values import UNKNOWN
from support.diff_cases import inputs
from support.doors import DynamicDoor, message
from support.emulator import EmulatorClient


@pytest.fixture
def door(config: dict[str, str]) -> Iterator[DynamicDoor]:
    with DynamicDoor(config) as opened:
        yield opened


NEWS: dict[str, Any] = {"url": "https://example.com/hooks", "enabledEvents": ["b", "a"], "idempotencyKey": ""}


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


def test_a_preview_does_not_know_the_key_of_a_create_so_that_a_plan_does_not_fix_it(door: DynamicDoor) -> None:
    def key(olds: dict[str, str], *, is_preview: bool) -> str:
        identity = json.dumps({"stack": "dev", "resource": "urn", "is_preview": is_preview, "secret_names": []})
        checked, _ = door.check(olds, {**NEWS, "idempotencyKey": identity})
        return str(checked["idempotencyKey"])

    assert key({}, is_preview=True) == UNKNOWN
    assert len(key({}, is_preview=False)) == 36
    assert key({"url": NEWS["url"], "idempotencyKey": "old"}, is_preview=True) == "old"
