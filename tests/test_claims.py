import os
import time
from pathlib import Path

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.claims import Claims

RUN = "run-1"


@pytest.fixture
def claims(tmp_path: Path) -> Claims:
    return Claims(tmp_path / "claims", RUN)


def test_what_a_create_returned_is_the_living_replacement_of_its_old_entry(claims: Claims) -> None:
    claims.note_returned("we_1", continued=True)
    claims.note_returned("we_3", continued=False)
    assert not claims.is_living_replacement("we_3", None)
    assert claims.is_living_replacement("we_1", None)
    assert not claims.is_living_replacement("we_2", None)
    assert claims.is_managed("we_1")


def test_an_old_entry_of_a_marked_living_one_is_told_from_it_by_its_mark(claims: Claims) -> None:
    claims.note_managed("we_1", "mark-of-the-living")
    assert claims.is_living_replacement("we_1", None)
    assert claims.is_living_replacement("we_1", "mark-of-an-earlier-one")
    assert not claims.is_living_replacement("we_1", "mark-of-the-living")


def test_an_unmarked_living_entry_spares_nothing(claims: Claims) -> None:
    claims.note_managed("we_1")
    assert not claims.is_living_replacement("we_1", None)
    assert not claims.is_living_replacement("we_1", "mark")


def test_an_endpoint_is_adopted_once(claims: Claims) -> None:
    assert not claims.was_adopted("we_1")
    with claims.adopting("we_1"):
        pass
    assert claims.was_adopted("we_1")
    with pytest.raises(errors.AdoptionError, match="manages it already\nGive each endpoint"), claims.adopting("we_1"):
        pass


def test_a_failed_adoption_gives_its_claim_back(claims: Claims) -> None:
    with pytest.raises(errors.KineticError), claims.adopting("we_1"):
        raise errors.KineticError("no")
    assert not claims.is_managed("we_1")
    assert not claims.was_adopted("we_1")


def test_what_a_provider_of_the_run_has_adopted_or_continued_another_one_spares(claims: Claims, tmp_path: Path) -> None:
    with claims.adopting("we_1"):
        pass
    claims.note_returned("we_2", continued=True)
    other = Claims(tmp_path / "claims", RUN)
    assert other.was_adopted("we_1")
    assert other.is_living_replacement("we_2", "mark")
    assert not other.was_adopted("we_2")
    assert not other.is_living_replacement("we_1", None)


def test_another_run_spares_nothing(claims: Claims, tmp_path: Path) -> None:
    with claims.adopting("we_1"):
        pass
    assert not Claims(tmp_path / "claims", "run-2").was_adopted("we_1")


def test_a_note_is_gone_after_a_day(claims: Claims, tmp_path: Path) -> None:
    with claims.adopting("we_1"):
        pass
    (note,) = (tmp_path / "claims").iterdir()
    two_days_ago = time.time() - 2 * 86_400
    os.utime(note, (two_days_ago, two_days_ago))
    assert not claims.was_adopted("we_1")
    with claims.adopting("we_2"):
        pass
    assert not note.exists()


def test_an_adoption_that_the_other_providers_cannot_be_told_of_is_refused(tmp_path: Path) -> None:
    (tmp_path / "claims").write_text("no folder")
    claims = Claims(tmp_path / "claims", RUN)
    with pytest.raises(errors.JournalError, match=r"we_1 can't be adopted.*Nothing was"), claims.adopting("we_1"):
        raise AssertionError
    assert not claims.is_managed("we_1")


def test_a_note_reveals_no_endpoint_and_no_run(claims: Claims, tmp_path: Path) -> None:
    with claims.adopting("we_1"):
        pass
    (note,) = (tmp_path / "claims").iterdir()
    assert (len(note.name), note.stat().st_size) == (32, 0)
