import os
import time
from pathlib import Path

import pytest

from pulumi_kinetic import notes

HOUR = 3600.0


def aged(path: Path, hours: float) -> Path:
    path.write_text("")
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))
    return path


def test_a_note_is_an_empty_private_file_in_a_private_folder(tmp_path: Path) -> None:
    note = tmp_path / "notes" / "one"
    notes.leave(note, lasts_seconds=HOUR)
    assert (note.stat().st_size, note.stat().st_mode & 0o777) == (0, 0o600)
    assert note.parent.stat().st_mode & 0o777 == 0o700


def test_a_note_removes_the_older_ones_beside_it(tmp_path: Path) -> None:
    old, young = aged(tmp_path / "old", 2), aged(tmp_path / "young", 0.5)
    notes.leave(tmp_path / "new", lasts_seconds=HOUR)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "new", young]
    assert not old.exists()


def test_what_cannot_be_removed_does_no_harm(tmp_path: Path) -> None:
    folder = tmp_path / "old-folder"
    (folder / "more").mkdir(parents=True)
    os.utime(folder, (0, 0))
    notes.leave(tmp_path / "new", lasts_seconds=HOUR)
    assert folder.exists()


def test_a_note_that_is_written_again_is_young(tmp_path: Path) -> None:
    note = aged(tmp_path / "note", 2)
    assert not notes.is_younger(note, HOUR)
    notes.leave(note, lasts_seconds=HOUR)
    assert notes.is_younger(note, HOUR)
    assert not notes.is_younger(tmp_path / "none", HOUR)


def test_a_note_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        notes.leave(tmp_path / "file" / "note", lasts_seconds=HOUR)
