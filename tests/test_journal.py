import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pulumi_kinetic import journal
from pulumi_kinetic.errors import JournalError
from pulumi_kinetic.journal import Journal, Owner, Record
from pulumi_kinetic.process import Process
from support.waiting import first_line

KEY = "2f1c1e52-SECRET"


@pytest.fixture
def kept(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "kinetic" / "journal")


def begin(kept: Journal, key: str = KEY) -> Record:
    return kept.begin(key, b'{"url":"https://a.example"}', "sandbox", Owner(project="shop", stack="dev"))


def test_a_record_is_a_private_file_whose_name_does_not_tell_the_key(kept: Journal, tmp_path: Path) -> None:
    begin(kept)
    (path,) = (tmp_path / "kinetic" / "journal").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert KEY not in path.name


def test_a_record_says_what_recovery_needs(kept: Journal) -> None:
    begin(kept)
    (record,) = kept.records()
    assert record.idempotency_key == KEY
    assert record.body == '{"url":"https://a.example"}'
    assert record.process == Process.current()
    assert record.process.is_alive()


def test_a_record_never_shows_its_key(kept: Journal) -> None:
    assert "SECRET" not in repr(begin(kept))


def test_an_answered_record_holds_the_id_and_no_key(kept: Journal, tmp_path: Path) -> None:
    kept.answered(begin(kept), "we_1")
    (record,) = kept.records()
    assert (record.endpoint_id, record.idempotency_key) == ("we_1", None)
    assert "SECRET" not in next((tmp_path / "kinetic" / "journal").iterdir()).read_text()


def test_a_record_is_in_progress_until_it_is_answered_or_abandoned(kept: Journal) -> None:
    answered, abandoned, dead = (begin(kept, key) for key in ("first", "second", "third"))
    assert answered.is_in_progress
    kept.answered(answered, "we_1")
    kept.abandon(abandoned)
    shown = {record.mark: record for record in kept.records()}
    assert not shown[answered.mark].is_in_progress
    assert not shown[abandoned.mark].is_in_progress
    assert shown[abandoned.mark].idempotency_key == "second"
    assert not dead.model_copy(update={"process": Process(number=dead.process.number, started="0")}).is_in_progress


def test_a_closed_record_is_gone(kept: Journal) -> None:
    record = begin(kept)
    kept.close(record)
    kept.close(record)
    assert list(kept.records()) == []


def test_answered_records_go_when_the_process_ends_and_open_ones_stay(kept: Journal) -> None:
    kept.answered(begin(kept, "first"), "we_1")
    begin(kept, "second")
    kept.purge_answered()
    assert [record.idempotency_key for record in kept.records()] == ["second"]


def test_a_record_of_an_earlier_run_goes_when_the_engine_shows_its_id(kept: Journal, tmp_path: Path) -> None:
    kept.answered(begin(kept), "we_1")
    later = Journal(tmp_path / "kinetic" / "journal")
    later.note_managed("we_other")
    assert len(list(later.records())) == 1
    later.note_managed("we_1")
    assert list(later.records()) == []


def test_an_answer_that_comes_while_the_process_ends_stays(kept: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.main_thread(), "is_alive", lambda: False)
    kept.answered(begin(kept), "we_1")
    kept.purge_answered()
    assert [record.endpoint_id for record in kept.records()] == ["we_1"]


def test_records_come_oldest_first(kept: Journal) -> None:
    for key in ("first", "second", "third"):
        begin(kept, key)
    assert [record.idempotency_key for record in kept.records()] == ["first", "second", "third"]


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"can't write the journal in .*\nMake the folder writable"):
        begin(Journal(tmp_path / "file"))


def test_a_record_that_has_gone_meanwhile_is_closed(kept: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another stack's run ends, and takes its records away, between the listing of the folder and the reading."""
    begin(kept, "stays")
    goes = begin(kept, "goes")
    listed = Path.glob

    def glob(folder: Path, pattern: str) -> list[Path]:
        paths = list(listed(folder, pattern))
        kept.close(goes)
        return paths

    monkeypatch.setattr(Path, "glob", glob)
    assert [record.idempotency_key for record in kept.records()] == ["stays"]


def test_runs_that_end_beside_a_starting_one_never_disturb_it(kept: Journal) -> None:
    """The real race: one process writes and closes records while this one reads them over and over."""
    script = (
        "import sys; from pathlib import Path; from pulumi_kinetic.journal import Journal, Owner\n"
        "journal = Journal(Path(sys.argv[1])); print(flush=True)\n"
        "for number in range(400): journal.close(journal.begin(str(number), b'{}', 'sandbox', Owner()))\n"
    )
    command = [sys.executable, "-c", script, str(kept.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603
        first_line(other, "the other process to begin")
        reads = 0
        while other.poll() is None:
            list(Journal(kept.folder).records())
            reads += 1
    assert other.returncode == 0
    assert reads > 1
    assert list(kept.records()) == []


def test_a_file_that_is_no_record_is_named(kept: Journal, tmp_path: Path) -> None:
    begin(kept)
    path = tmp_path / "kinetic" / "journal" / "half.json"
    path.write_text('{"idempotency_key": "SECRET')
    with pytest.raises(JournalError, match=r"half.json isn't a record") as raised:
        list(kept.records())
    assert "SECRET" not in str(raised.value)


def test_the_folder_follows_pulumi_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_HOME", "/somewhere")
    assert journal.default_folder() == Path("/somewhere/kinetic/journal")
    monkeypatch.delenv("PULUMI_HOME")
    assert journal.default_folder() == Path.home() / ".pulumi" / "kinetic" / "journal"
