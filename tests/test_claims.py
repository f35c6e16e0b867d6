import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.claims import Claims


def test_what_a_create_returned_is_the_living_replacement_of_its_old_entry() -> None:
    claims = Claims()
    claims.note_returned("we_1", continued=True)
    claims.note_returned("we_3", continued=False)
    assert not claims.is_living_replacement("we_3", None)
    assert claims.is_living_replacement("we_1", None)
    assert not claims.is_living_replacement("we_2", None)
    assert claims.is_managed("we_1")


def test_an_old_entry_of_a_marked_living_one_is_told_from_it_by_its_mark() -> None:
    claims = Claims()
    claims.note_managed("we_1", "mark-of-the-living")
    assert claims.is_living_replacement("we_1", None)
    assert claims.is_living_replacement("we_1", "mark-of-an-earlier-one")
    assert not claims.is_living_replacement("we_1", "mark-of-the-living")


def test_an_unmarked_living_entry_spares_nothing() -> None:
    claims = Claims()
    claims.note_managed("we_1")
    assert not claims.is_living_replacement("we_1", None)
    assert not claims.is_living_replacement("we_1", "mark")


def test_an_endpoint_is_adopted_once() -> None:
    claims = Claims()
    with claims.adopting("we_1"):
        assert not claims.was_adopted("we_1")
    assert claims.was_adopted("we_1")
    with pytest.raises(errors.AdoptionError, match="manages it already\nGive each endpoint"), claims.adopting("we_1"):
        pass


def test_a_failed_adoption_gives_its_claim_back() -> None:
    claims = Claims()
    with pytest.raises(errors.KineticError), claims.adopting("we_1"):
        raise errors.KineticError("no")
    assert not claims.is_managed("we_1")
    assert not claims.was_adopted("we_1")
