"""The file that keeps the emulator's state: private, never half written, and no danger to other files."""

import errno
import fcntl
import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pulumi_kinetic.emulator.server import Server
from pulumi_kinetic.emulator.state_file import StateFileError
from support.emulator import EmulatorClient

PATH = "/v1/webhook_endpoints"
BODY = {"url": "https://example.com/hooks"}
LONE_SURROGATE = b'{"url": "https://example.com/\\ud800"}'


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "kinetic.json"


@contextmanager
def emulator_with(state: Path) -> Iterator[EmulatorClient]:
    with Server(state=state) as server, EmulatorClient(server.url) as emulator:
        yield emulator


def create(emulator: EmulatorClient, url: str = BODY["url"]) -> None:
    emulator.http.post(PATH, json={"url": url}).raise_for_status()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_with_a_similar_name_is_not_overwritten(state: Path) -> None:
    neighbour = state.with_suffix(".new")
    neighbour.write_text("the user's own")
    with emulator_with(state) as emulator:
        create(emulator)
    assert neighbour.read_text() == "the user's own"


def test_a_link_with_a_similar_name_is_not_followed(state: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("another file")
    state.with_suffix(".new").symlink_to(victim)
    with emulator_with(state) as emulator:
        create(emulator)
    assert victim.read_text() == "another file"


def test_a_state_file_that_others_can_read_is_tightened_at_the_start(state: Path) -> None:
    state.write_text("{}")
    state.chmod(0o644)
    with emulator_with(state):
        assert mode(state) == 0o600


def test_the_state_is_on_disk_and_private_before_it_replaces_the_old(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves: list[tuple[str, int, int, int]] = []
    fsync = os.fsync

    def observe(descriptor: int) -> None:
        (temporary,) = set(state.parent.iterdir()) - {state}
        new, old = (json.loads(path.read_text())["endpoints"] for path in (temporary, state))
        saves.append((temporary.name, mode(temporary), len(new), len(old)))
        fsync(descriptor)

    umask = os.umask(0)
    try:
        with emulator_with(state) as emulator:
            create(emulator)
            monkeypatch.setattr(os, "fsync", observe)
            create(emulator)
            create(emulator)
    finally:
        os.umask(umask)
    assert [facts for _, *facts in saves] == [[0o600, 2, 1], [0o600, 3, 2]]
    assert len({name for name, *_ in saves}) == 2
    assert list(state.parent.iterdir()) == [state]


def test_a_save_that_fails_leaves_the_old_state_alone(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with emulator_with(state) as emulator:
        create(emulator)
        before = state.read_text()
        monkeypatch.setattr(os, "fsync", fail)
        assert emulator.http.post(PATH, json=BODY).status_code == 500
    assert state.read_text() == before
    assert list(state.parent.iterdir()) == [state]


def test_a_link_to_the_state_file_stays_a_link(state: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    state.write_text("{}")
    link.symlink_to(state)
    with emulator_with(link) as emulator:
        create(emulator)
    assert link.is_symlink()
    assert len(json.loads(state.read_text())["endpoints"]) == 1


def test_a_url_with_a_lone_surrogate_does_not_stop_later_saves(state: Path) -> None:
    with emulator_with(state) as emulator:
        assert emulator.http.post(PATH, content=LONE_SURROGATE).status_code == 201
        create(emulator, "https://example.com/later")
        before = emulator.http.get(PATH).json()
    with emulator_with(state) as emulator:
        assert emulator.http.get(PATH).json() == before
        assert [endpoint["url"] for endpoint in before["data"]] == [
            "https://example.com/later",
            "https://example.com/\ud800",
        ]


def test_seeded_endpoints_survive_a_restart(state: Path) -> None:
    with emulator_with(state) as emulator:
        ids = emulator.seed(3)
    with emulator_with(state) as emulator:
        assert list(emulator.truth()) == ids


def test_a_restart_remembers_the_idempotency_keys(state: Path) -> None:
    def create_with_key(emulator: EmulatorClient) -> httpx.Response:
        return emulator.http.post(PATH, json=BODY, headers={"Idempotency-Key": "key-1"})

    with emulator_with(state) as emulator:
        first = create_with_key(emulator).json()
    with emulator_with(state) as emulator:
        assert create_with_key(emulator).json() == first


def test_the_state_file_has_the_names_that_older_versions_read(state: Path) -> None:
    with emulator_with(state) as emulator:
        create(emulator)
    assert list(json.loads(state.read_text())) == ["endpoints", "remembered", "keys"]


def test_a_save_that_fails_changes_nothing_and_the_next_one_works(
    state: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    key = {"Idempotency-Key": "key-1"}
    with emulator_with(state) as emulator:
        create(emulator)
        before = emulator.truth()
        with monkeypatch.context() as full_disk:
            full_disk.setattr(os, "fsync", fail)
            item = f"{PATH}/{next(iter(before))}"
            answers = [
                emulator.http.post(PATH, json=BODY, headers=key),
                emulator.http.patch(item, json={"status": "disabled"}),
                emulator.http.delete(item),
            ]
            assert {(answer.status_code, answer.json()["error"]["code"]) for answer in answers} == {(500, "not_saved")}
            assert emulator.truth() == before
        assert f"can't use the state file {str(state)!r}: No space left on device" in caplog.text
        assert emulator.http.post(PATH, json=BODY, headers=key).status_code == 201
        after = emulator.truth()
    assert len(after) == 2
    with emulator_with(state) as emulator:
        assert emulator.truth() == after


def test_a_file_system_that_cannot_sync_or_lock_is_used_without(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise OSError(errno.ENOTSUP, "not supported")

    monkeypatch.setattr(os, "fsync", refuse)
    monkeypatch.setattr(fcntl, "flock", refuse)
    with emulator_with(state) as emulator:
        create(emulator)
    assert len(json.loads(state.read_text())["endpoints"]) == 1


def test_a_state_file_is_for_one_emulator_at_a_time(state: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(state)
    with emulator_with(state) as emulator:
        for saves in range(3):
            for path in (state, link):
                with pytest.raises(StateFileError, match="another emulator is using it"):
                    Server(state=path)
            create(emulator)
            assert len(emulator.truth()) == saves + 1
    with emulator_with(link) as emulator:
        assert len(emulator.truth()) == 3


def test_an_emulator_that_could_not_start_holds_neither_port_nor_file(state: Path) -> None:
    state.write_text("something else")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            Server(port, state)
    with pytest.raises(StateFileError):
        Server(port, state)
    state.write_text("{}")
    with Server(port, state):
        pass


def test_a_file_that_another_program_put_there_meanwhile_is_not_overwritten(state: Path, tmp_path: Path) -> None:
    with emulator_with(state) as emulator:
        create(emulator)
        other = tmp_path / "other"
        other.write_text("restored from a back-up")
        other.replace(state)
        assert emulator.http.post(PATH, json=BODY).status_code == 500
        assert state.read_text() == "restored from a back-up"
        state.unlink()
        create(emulator)
    assert len(json.loads(state.read_text())["endpoints"]) == 2


@pytest.mark.parametrize("kind", ["folder", "fifo", "loop", "missing folder", "device"])
def test_what_is_no_regular_file_is_refused_by_name(state: Path, kind: str) -> None:
    path = state
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path)
    else:
        path = Path("/dev/null") if kind == "device" else state / "missing"
    with pytest.raises(StateFileError, match=re.escape(repr(str(path)))):
        Server(state=path)
