"""Recording a state: what may be written, and what may not."""

import sys
from pathlib import Path

import pytest

import pulumi_kinetic
import record_state
from support import recorded


@pytest.mark.parametrize("door", ["dynamic", "plugin"])
def test_a_state_that_is_recorded_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    monkeypatch.setattr(recorded, "STATES", tmp_path)
    monkeypatch.setattr(record_state, "_record", lambda _door: ({}, {}))
    monkeypatch.setattr(sys, "argv", ["record_state.py"])
    existing = tmp_path / f"{pulumi_kinetic.__version__}-{door}.json"
    existing.write_text("recorded")
    with pytest.raises(SystemExit, match=rf"{existing.name}: recorded already"):
        record_state.main()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {existing.name: "recorded"}


def test_what_the_engine_notes_of_the_machine_is_left_out() -> None:
    place = {"sourcePosition": "project:///program.py#1"}
    resource = {"id": "we_1", "outputs": {"enabledEvents": ["a"]}}
    exported = {"resources": [{**resource, **place, "stackTrace": [place]}]}
    assert record_state._portable(exported) == {"resources": [resource]}  # noqa: SLF001 the rule on its own
