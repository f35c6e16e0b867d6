import json
import os
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pulumi_kinetic import journal
from pulumi_kinetic.address import Address
from pulumi_kinetic.errors import JournalError
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.process import Process
from pulumi_kinetic.record import Record, digest, new_record
from support.waiting import first_line

KEY = "2f1c1e52-SECRET"
HERE = Address("file:///state", "shop", "dev", "urn:orders")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kinetic" / "journal"


@pytest.fixture
def kept(folder: Path) -> Journal:
    return Journal(folder)


def begin(kept: Journal, key: str = KEY, address: Address = HERE) -> Record:
    return kept.begin(new_record(address, key, b'{"url":"https://a.example"}'))


def test_a_record_is_a_private_file_whose_name_does_not_tell_the_key(kept: Journal, folder: Path) -> None:
    begin(kept)
    (path,) = folder.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert KEY not in path.name


def test_a_record_says_all_that_another_process_needs_to_continue_it(kept: Journal, folder: Path) -> None:
    begin(kept)
    (record,) = Journal(folder).records()
    assert (record.address, record.key, record.body) == (HERE, KEY, '{"url":"https://a.example"}')
    assert record.process == Process.current()
    assert record.is_in_progress


def test_a_record_never_shows_its_key_or_body() -> None:
    shown = repr(new_record(HERE, KEY, b'{"url":"https://a.example/SECRET"}'))
    assert "SECRET" not in shown


def test_a_record_is_in_progress_while_it_is_open_and_its_process_lives(kept: Journal) -> None:
    record = begin(kept)
    assert record.is_in_progress
    assert not kept.update(record, stage="failed").is_in_progress
    assert not kept.update(record, stage="answered", endpoint_id="we_1").is_in_progress
    gone = Process(number=os.getpid(), started="0")
    assert not record.model_copy(update={"process": gone}).is_in_progress


def test_the_newest_record_of_an_address_comes_first(kept: Journal, folder: Path) -> None:
    begin(kept, "other", HERE._replace(resource="urn:other"))
    begin(kept, "first")
    later = new_record(HERE, "second", b"{}").model_copy(update={"at": datetime.now(timezone.utc) + timedelta(1)})
    kept.begin(later)
    assert [record.key for record in Journal(folder).open_of(HERE)] == ["second", "first"]


@pytest.mark.parametrize("part", ["backend", "project", "stack", "resource"])
def test_a_record_of_another_address_is_nobody_elses(kept: Journal, part: str) -> None:
    begin(kept)
    assert len(kept.open_of(HERE)) == 1
    assert kept.open_of(HERE._replace(**{part: "another"})) == []


def test_a_key_that_a_state_shows_is_settled_for_good(kept: Journal, folder: Path) -> None:
    begin(kept)
    kept.note_arrival("another key", "we_other")
    assert len(kept.records()) == 1
    assert not kept.has_arrived(KEY)
    Journal(folder).note_arrival(KEY)
    assert Journal(folder).records() == []
    assert Journal(folder).has_arrived(KEY)
    assert KEY not in "".join(path.name for path in folder.rglob("*"))


def test_an_id_that_a_state_shows_settles_the_record_that_led_to_it(kept: Journal) -> None:
    kept.update(begin(kept), stage="answered", endpoint_id="we_1")
    kept.note_arrival(None, "we_1")
    assert kept.records() == []
    assert kept.has_arrived(KEY)


def test_settled_keys_are_forgotten_after_thirty_days(kept: Journal, folder: Path) -> None:
    kept.settle(begin(kept, "old"))
    path = folder / "arrived" / digest("old")
    month_ago = time.time() - 31 * 86_400
    os.utime(path, (month_ago, month_ago))
    kept.settle(begin(kept, "new"))
    assert not kept.has_arrived("old")
    assert kept.has_arrived("new")


def test_a_closed_record_is_gone_without_a_digest(kept: Journal) -> None:
    record = begin(kept)
    kept.close(record)
    kept.close(record)
    assert kept.records() == []
    assert not kept.has_arrived(KEY)


def test_at_a_clean_exit_what_was_handed_over_goes_and_nothing_else(kept: Journal, folder: Path) -> None:
    kept.note_handed_over(kept.update(begin(kept, "first"), stage="answered", endpoint_id="we_1"))
    kept.update(begin(kept, "second"), stage="answered", endpoint_id="we_2")
    begin(kept, "third")
    kept.close_handed_over()
    assert {record.key for record in Journal(folder).records()} == {"second", "third"}
    assert not kept.has_arrived("first")  # its engine may have failed to save it


def test_an_answer_of_a_process_that_is_ending_stays(folder: Path) -> None:
    kept = Journal(folder, is_ending=lambda: True)
    kept.note_handed_over(kept.update(begin(kept), stage="answered", endpoint_id="we_1"))
    kept.close_handed_over()
    assert len(Journal(folder).records()) == 1


def test_a_process_whose_engine_was_killed_leaves_its_records(
    kept: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.note_handed_over(kept.update(begin(kept), stage="answered", endpoint_id="we_1"))
    monkeypatch.setattr(os, "getppid", lambda: 1)
    kept.close_handed_over()
    assert len(Journal(folder).records()) == 1


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"can't write the journal in .*\nMake the folder writable"):
        begin(Journal(tmp_path / "file"))


def test_a_folder_that_cannot_be_synced_is_good_enough(kept: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on network mounts and on Windows."""
    synced = os.fsync

    def fsync(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir():
            raise OSError(22, "Invalid argument")
        synced(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    begin(kept)
    assert len(kept.records()) == 1


def test_a_record_that_has_gone_meanwhile_is_closed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another stack's run ends, and takes its records away, between the listing of the folder and the reading."""
    kept = Journal(folder)
    begin(kept, "stays")
    goes = begin(kept, "goes")
    listed = Path.glob

    def glob(folder: Path, pattern: str) -> list[Path]:
        paths = list(listed(folder, pattern))
        kept.close(goes)
        return paths

    monkeypatch.setattr(Path, "glob", glob)
    later = Journal(folder)
    assert [record.key for record in later.records()] == ["stays"]
    assert later.problems == []


def test_runs_that_end_beside_a_starting_one_never_disturb_it(folder: Path) -> None:
    """The real race: one process writes and closes records while this one reads them over and over."""
    script = (
        "import sys; from pathlib import Path; from pulumi_kinetic.address import Address\n"
        "from pulumi_kinetic.journal import Journal; from pulumi_kinetic.record import new_record\n"
        "journal = Journal(Path(sys.argv[1])); print('begins', flush=True)\n"
        "for number in range(400): journal.close(journal.begin(new_record(Address(), str(number), b'{}')))\n"
    )
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        first_line(other, "the other process to begin")
        reads = 0
        while other.poll() is None:
            later = Journal(folder)
            later.records()
            assert later.problems == []
            reads += 1
    assert other.returncode == 0
    assert reads > 1
    assert Journal(folder).records() == []


def spoil(folder: Path, what: str, name: str) -> None:
    """Put something into the folder that isn't a record of this version."""
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    if what == "fifo":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    elif what == "link":
        path.symlink_to("/etc/hostname")
    elif what == "huge":
        path.write_bytes(b" " * 2_000_000)
    else:
        path.write_text(what)


RUBBISH = [
    "fifo",
    "folder",
    "link",
    "huge",
    '{"idempotency_key": "SECRET',
    '{"mark": "../victim"}',
    '{"format": 9}',
    "",
]


@pytest.mark.parametrize("what", RUBBISH)
def test_what_is_no_record_is_named_and_stops_nobody_else(folder: Path, what: str) -> None:
    spoil(folder, what, "junk.json")
    kept = Journal(folder)
    begin(kept)
    assert [record.key for record in kept.records()] == [KEY]
    (problem,) = kept.problems
    assert "junk.json isn't a record that this version can read" in problem
    assert "SECRET" not in problem


@pytest.mark.parametrize("what", RUBBISH)
def test_a_create_whose_record_cannot_be_read_is_refused_before_anything_is_sent(folder: Path, what: str) -> None:
    spoil(folder, what, f"{HERE.digest()}-0000.json")
    kept = Journal(folder)
    with pytest.raises(JournalError, match=r"can't be read.*\nNothing was sent"):
        begin(kept)
    begin(kept, "another", HERE._replace(resource="urn:other"))


def test_a_record_of_a_later_version_with_more_in_it_is_read(kept: Journal, folder: Path) -> None:
    begin(kept)
    (path,) = folder.iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text()), "added_later": 7}))
    assert [record.key for record in Journal(folder).records()] == [KEY]


def test_a_record_under_another_name_touches_no_file_but_its_own(kept: Journal, folder: Path, tmp_path: Path) -> None:
    victim = tmp_path / "kinetic" / "victim.json"
    begin(kept)
    (path,) = folder.iterdir()
    path.rename(victim)
    (folder / "x.json").symlink_to(victim)
    later = Journal(folder)
    later.note_arrival(KEY)
    assert later.records() == []
    assert victim.exists()


def test_the_folder_follows_pulumi_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_HOME", "/somewhere")
    assert journal.default_folder(Path("/project")) == Path("/somewhere/kinetic/journal")
    monkeypatch.setenv("PULUMI_HOME", "home")
    assert journal.default_folder(Path("/project")) == Path("/project/home/kinetic/journal")
    monkeypatch.delenv("PULUMI_HOME")
    assert journal.default_folder(Path("/project")) == Path.home() / ".pulumi" / "kinetic" / "journal"


def test_what_a_killed_process_has_half_written_goes_after_a_minute(kept: Journal, folder: Path) -> None:
    begin(kept)
    young, old = (folder / f".{number}-record.json.5565.140148" for number in (1, 2))
    for path in (young, old):
        path.write_text('{"key": ')
    two_minutes_ago = time.time() - 120
    os.utime(old, (two_minutes_ago, two_minutes_ago))
    assert len(Journal(folder).records()) == 1
    assert (young.exists(), old.exists()) == (True, False)
