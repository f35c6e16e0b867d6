import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.endpoint import Inputs
from pulumi_kinetic.lifecycle import Lifecycle
from support.declarations import declared
from support.emulator import EmulatorClient


def test_adopt_takes_over_without_a_post_and_changes_only_what_differs(
    life: Lifecycle, emulator: EmulatorClient
) -> None:
    (made,) = emulator.seed(1)
    emulator.edit(made, enabled_events=["a", "b"])
    emulator.clear_log()
    news = declared(adopt=made, url="https://EXAMPLE.com:443/seed/0", enabledEvents=["b", "a"], status="disabled")
    endpoint_id, state = life.create(news)
    assert endpoint_id == state["webhookEndpointId"] == made
    assert [(request["method"], request["body"]) for request in emulator.requests()] == [
        ("GET", ""),
        ("PATCH", '{"status":"disabled"}'),
    ]
    assert life.diff(made, state, news) == []


def test_adopt_of_an_equal_endpoint_changes_nothing(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    emulator.clear_log()
    life.create(declared(adopt=made, url="https://example.com/seed/0"))
    assert [request["method"] for request in emulator.requests()] == ["GET"]


def test_adopt_for_all_events_widens_an_endpoint_for_some(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    emulator.edit(made, enabled_events=["a"])
    news = declared(adopt=made, url="https://example.com/seed/0")
    _, state = life.create(news)
    assert emulator.truth()[made]["enabled_events"] == ["*"]
    assert life.diff(made, state, news) == []


def test_adopt_with_the_secret_has_it(life: Lifecycle, emulator: EmulatorClient, warnings: list[str]) -> None:
    (made,) = emulator.seed(1)
    secret = emulator.truth()[made]["signing_secret"]
    _, state = life.create(declared(adopt=made, existingSigningSecret=secret))
    assert (state["signingSecret"], warnings) == (secret, [])
    assert all(secret not in request["body"] for request in emulator.requests())


def test_adopt_without_the_secret_says_once_what_that_means(
    life: Lifecycle, emulator: EmulatorClient, warnings: list[str]
) -> None:
    (made,) = emulator.seed(1)
    news = declared(adopt=made)
    _, state = life.create(news)
    assert "signingSecret" not in state
    assert len(warnings) == 1
    assert "`signing_secret` is None" in warnings[0]
    assert "rotate" in warnings[0]
    life.read(made, state)
    life.update(made, state, {**news, "status": "disabled"})
    assert len(warnings) == 1


def test_a_secret_supplied_later_becomes_known_without_a_request(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    news = declared(adopt=made, url="https://example.com/seed/0")
    _, state = life.create(news)
    emulator.clear_log()
    later: Inputs = {**news, "existingSigningSecret": "whsec_mine"}
    assert life.diff(made, state, later) == ["existingSigningSecret"]
    after = life.update(made, state, later)
    assert (after["signingSecret"], emulator.requests()) == ("whsec_mine", [])
    assert life.diff(made, after, later) == []


def test_adopt_of_what_is_not_there_says_where_it_was_looked_for(life: Lifecycle, emulator: EmulatorClient) -> None:
    (elsewhere,) = emulator.seed(1, "production")
    for missing in ("we_none", elsewhere):
        with pytest.raises(
            errors.AdoptionError, match=rf"{missing} can't be adopted: .*\nCheck the id, .* which belongs to sandbox"
        ):
            life.create(declared(adopt=missing))
    assert [request["method"] for request in emulator.requests()] == ["GET", "GET"]


def test_an_endpoint_is_adopted_once_in_a_program(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    life.create(declared(adopt=made))
    with pytest.raises(errors.AdoptionError, match="manages it already"):
        life.create(declared(adopt=made))


def test_a_managed_endpoint_is_not_adopted_again(life: Lifecycle) -> None:
    endpoint_id, state = life.create(declared())
    life.diff(endpoint_id, state, declared())
    with pytest.raises(errors.AdoptionError, match="manages it already"):
        life.create(declared(adopt=endpoint_id))


def test_a_failed_adoption_can_be_tried_again(life: Lifecycle, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    emulator.faults({"method": "GET", "status": 403, "commit": False})
    with pytest.raises(errors.ForbiddenError):
        life.create(declared(adopt=made))
    assert life.create(declared(adopt=made))[0] == made


def test_an_endpoint_that_moves_to_another_resource_is_not_deleted_under_its_old_name(
    life: Lifecycle, emulator: EmulatorClient, warnings: list[str]
) -> None:
    (made,) = emulator.seed(1)
    _, state = life.create(declared(adopt=made))
    life.delete(made, state)
    assert list(emulator.truth()) == [made]
    assert warnings[-1].startswith(f"{made} is not deleted: this run has adopted it")
