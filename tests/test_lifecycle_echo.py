"""A server that stores what it is given in a form of its own. The search for more: tests/search/test_echo.py."""

from collections.abc import Callable, Iterator

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.client import Client
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.settings import Settings
from support.declarations import ADDRESS, declared
from support.emulator import KEY
from support.rewriting_api import Fields, RewritingApi, rewriting_api

URL = "https://h\u00fcte.example/%2f"
STORED = "https://xn--hte-hoa.example/%2F"


def punycode(fields: Fields) -> Fields:
    return {name: STORED if value == URL else value for name, value in fields.items()}


@pytest.fixture
def rewriting() -> Iterator[RewritingApi]:
    with rewriting_api() as serving:
        serving.reset(punycode)
        yield serving


@pytest.fixture
def run(rewriting: RewritingApi, journal: Journal, warnings: list[str]) -> Iterator[Callable[[], Lifecycle]]:
    """Begin a run: a provider of its own."""
    given = Settings.model_validate({"api_key": KEY, "base_url": rewriting.url, "max_retries": 0})
    client = Client(given)
    yield lambda: Lifecycle(given, client, journal, warn=warnings.append)
    client.close()


@pytest.fixture
def rewritten(run: Callable[[], Lifecycle]) -> Lifecycle:
    return run()


def test_a_create_keeps_the_servers_form_beside_the_declared_one(rewritten: Lifecycle) -> None:
    endpoint_id, state = rewritten.create(declared(url=URL))
    assert state["url"] == URL
    assert state["echo"] == {"url": {"written": URL, "stored": STORED}}
    assert rewritten.read(endpoint_id, state) == state
    assert rewritten.diff(endpoint_id, state, declared(url=URL)) == []


def test_a_server_that_stores_what_it_is_given_leaves_no_echo(rewritten: Lifecycle) -> None:
    _, state = rewritten.create(declared(url="https://example.com"))
    assert "echo" not in state


def test_a_disabled_endpoint_has_the_echo_of_its_post(rewritten: Lifecycle, rewriting: RewritingApi) -> None:
    endpoint_id, state = rewritten.create(declared(url=URL, status="disabled"))
    assert [method for method, _ in rewriting.writes] == ["POST", "PATCH"]
    assert rewritten.read(endpoint_id, state) == state


def test_the_servers_form_written_into_the_program_is_sent(rewritten: Lifecycle, rewriting: RewritingApi) -> None:
    endpoint_id, state = rewritten.create(declared(url=URL))
    inputs = declared(url=STORED)
    assert rewritten.diff(endpoint_id, state, inputs) == ["url"]
    state = rewritten.update(endpoint_id, state, inputs)
    assert rewriting.writes[-1] == ("PATCH", {"url": STORED})
    assert "echo" not in state


def test_a_continued_create_is_one_patch_and_quiet(
    run: Callable[[], Lifecycle], rewriting: RewritingApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut_off:
        cut_off.setattr(Client, "create", _lose(Client.create))
        cut_off_run = run()
        inputs = cut_off_run.check({}, {"url": URL}, ADDRESS).inputs
        with pytest.raises(errors.NoAnswerError):
            cut_off_run.create(inputs)
    life = run()
    inputs = life.check({}, {"url": URL}, ADDRESS).inputs
    endpoint_id, state = life.create(inputs)
    assert [method for method, _ in rewriting.writes] == ["POST", "POST", "PATCH"]
    assert list(rewriting.endpoints) == [endpoint_id]
    assert life.read(endpoint_id, state) == state
    assert life.diff(endpoint_id, state, inputs) == []


def test_a_state_without_echo_takes_one_patch(rewritten: Lifecycle, rewriting: RewritingApi) -> None:
    """What version 0.1 left: what the server had, in place of what was declared."""
    endpoint_id, state = rewritten.create(declared(url=URL))
    del state["echo"]
    state["url"] = STORED
    assert rewritten.read(endpoint_id, state) == state
    assert rewritten.diff(endpoint_id, state, declared(url=URL)) == ["url"]
    state = rewritten.update(endpoint_id, state, declared(url=URL))
    assert rewriting.writes[-1] == ("PATCH", {"url": URL})
    assert rewritten.read(endpoint_id, state) == state
    assert rewritten.diff(endpoint_id, state, declared(url=URL)) == []


def test_a_status_that_the_server_does_not_take_is_no_echo(rewritten: Lifecycle, rewriting: RewritingApi) -> None:
    endpoint_id, state = rewritten.create(declared())
    rewriting.rule = lambda fields: {**fields, "status": "suspended"}
    state = rewritten.update(endpoint_id, state, declared(status="disabled"))
    assert state["status"] == "suspended"
    assert rewritten.diff(endpoint_id, state, declared(status="disabled")) == ["status"]


def _lose(create: object) -> object:
    """Let a create arrive, and lose its answer."""

    def send(*arguments: object) -> None:
        create(*arguments)  # type: ignore[operator]
        raise errors.NoAnswerError("create", "the answer was lost", may_have_arrived=True)

    return send
