"""The tree of errors, their text, and the boundary that lets nothing else reach a user."""

import importlib
import inspect
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from pkgutil import iter_modules

import httpx
import pytest

import pulumi_kinetic
from pulumi_kinetic import errors, settings
from pulumi_kinetic.cli.stack import Stack
from pulumi_kinetic.client import Client
from pulumi_kinetic.creation import creation_body
from pulumi_kinetic.errors import KineticError, UnexpectedError, user_facing
from pulumi_kinetic.journal import Journal
from pulumi_kinetic.lifecycle import Lifecycle
from pulumi_kinetic.record import new_record
from support.declarations import ADDRESS, declared
from support.emulator import KEY
from support.scripted_api import BODY, URL, answering

SECRET = "whsec_hunter2"
IDEMPOTENCY_KEY = "0c5f7a1e-key"
CLASSES = {name: kind for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, KineticError)}
ROOTS = {"KineticError", "ApiError"}
"""Only their subclasses are raised; users catch them."""
INSTANCES = [
    KineticError("it broke", advice="Mend it."),
    errors.SettingsError(["no key", "no URL"]),
    errors.SettledError("settled meanwhile"),
    errors.EnvironmentMismatchError("we_1", "production", "sandbox"),
    errors.AccountMismatchError(
        errors.NotFoundError("read webhook endpoint we_1", "no"), state_origin="a", origin="b", is_known=True
    ),
    errors.AdoptionError("we_1 can't be adopted", advice="Check the id."),
    errors.JournalError("can't write"),
    errors.StackError("no pulumi"),
    UnexpectedError("unexpected"),
    *(
        kind("read webhook endpoint we_1", "no", status=400, request_id="req_7", retry_after_seconds=3, attempts=2)
        for kind in CLASSES.values()
        if issubclass(kind, errors.ApiError)
    ),
]


def everything_shown(error: BaseException) -> str:
    """All forms in which an error reaches a person or a log."""
    return "\n".join([str(error), repr(error), repr(error.args), repr(vars(error)), *traceback.format_exception(error)])


def api_error(answer: httpx.Response | Exception) -> Callable[[], object]:
    return lambda: answering(answer)[0].create(BODY, IDEMPOTENCY_KEY, URL)


def refusal(status: int) -> Callable[[], object]:
    """A refusal whose server repeats all that it was given."""
    words = {"message": f"not_found: {KEY} {IDEMPOTENCY_KEY} {SECRET}"}
    headers = {"MD-Request-Id": f"{KEY} {IDEMPOTENCY_KEY}", "Content-Type": "application/json", "Retry-After": "9999"}
    return api_error(httpx.Response(status, json=words, headers=headers))


def broken() -> None:
    raise ValueError(SECRET)


API_ERRORS = {
    "NoAnswerError": api_error(httpx.ConnectError(f"refused {KEY} {IDEMPOTENCY_KEY}")),
    "UnreadableAnswerError": refusal(302),
    "UnauthorizedError": refusal(401),
    "ForbiddenError": refusal(403),
    "NotFoundError": refusal(404),
    "ConflictError": refusal(409),
    "TooManyRequestsError": refusal(429),
    "ServerError": refusal(500),
    "RejectedError": refusal(422),
}


def settled_meanwhile(life: Lifecycle, folder: Path) -> None:
    """A create that an earlier run began, settled between check and create."""
    journal = Journal(folder / "journal")
    inputs = declared()
    journal.begin(new_record(ADDRESS, inputs["idempotencyKey"], creation_body(inputs)))
    later = Lifecycle(life._settings, life._api, Journal(folder / "journal"), warn=print)  # noqa: SLF001 the next run
    checked = later.check({}, inputs, ADDRESS).inputs
    journal.note_arrival(inputs["idempotencyKey"])
    later.create(checked)


OTHER_ERRORS: dict[str, Callable[[Lifecycle, Path], object]] = {
    "SettingsError": lambda _life, _folder: settings.load({"apiKey": f"{KEY} {SECRET}"}.get, {}),
    "EnvironmentMismatchError": lambda life, _folder: life.read("we_1", {"environment": "production"}),
    "AccountMismatchError": lambda life, _folder: life.read("we_1", {"account": "https://a.example 0a1b"}),
    "AdoptionError": lambda life, _folder: life.create({**declared(), "adopt": "we_none"}),
    "JournalError": lambda life, folder: [(folder / "journal").write_text("in the way"), life.create(declared())],
    "SettledError": settled_meanwhile,
    "StackError": lambda _life, folder: Stack(None, folder / "none").export(),
    "UnexpectedError": lambda _life, _folder: user_facing("create the endpoint")(broken)(),
}


def test_the_tree_is_as_the_module_describes_it() -> None:
    described: dict[str, str] = {}
    ancestors: list[str] = []
    for branch, name in re.findall(r"^([│├└─ ]*)(\w+Error)\b", str(errors.__doc__), re.MULTILINE):
        depth = len(branch) // 4
        ancestors[depth:] = [name]
        described[name] = ancestors[depth - 1] if depth else "Exception"
    assert described == {name: kind.__base__.__name__ for name, kind in CLASSES.items() if kind.__base__}


def test_every_error_of_the_package_is_public() -> None:
    names = {found.name for found in iter_modules(pulumi_kinetic.__path__)} - {"testing"}  # whose errors are its own
    modules = [importlib.import_module(f"pulumi_kinetic.{name}") for name in names]
    classes = {kind for module in modules for _, kind in inspect.getmembers(module, inspect.isclass)}
    exported = {getattr(pulumi_kinetic, name) for name in pulumi_kinetic.__all__ if name.endswith("Error")}
    assert exported == {kind for kind in classes if issubclass(kind, KineticError)}
    assert exported > set(CLASSES.values())


def test_every_error_but_the_roots_is_raised_below() -> None:
    assert {*API_ERRORS, *OTHER_ERRORS} == set(CLASSES) - ROOTS


@pytest.mark.parametrize("name", API_ERRORS)
def test_every_error_of_a_call_is_raised_and_shows_no_key(name: str) -> None:
    with pytest.raises(errors.ApiError) as raised:
        API_ERRORS[name]()
    assert type(raised.value) is CLASSES[name]
    shown = everything_shown(raised.value)
    assert [secret for secret in (KEY, IDEMPOTENCY_KEY, SECRET) if secret in shown] == []


@pytest.mark.parametrize("name", OTHER_ERRORS)
def test_every_other_error_is_raised_and_shows_no_key(name: str, life: Lifecycle, tmp_path: Path) -> None:
    with pytest.raises(KineticError) as raised:
        OTHER_ERRORS[name](life, tmp_path)
    assert type(raised.value) is CLASSES[name]
    shown = everything_shown(raised.value)
    assert [secret for secret in (KEY, declared()["idempotencyKey"], SECRET) if secret in shown] == []


def test_every_class_has_an_instance_in_the_tests_below() -> None:
    assert {type(error) for error in INSTANCES} == set(CLASSES.values())


def test_the_text_is_the_problem_then_the_advice_on_a_line_of_its_own() -> None:
    assert str(KineticError("it broke", advice="Mend it.")) == "it broke\nMend it."


def test_without_advice_the_text_is_the_problem() -> None:
    assert str(KineticError("it broke")) == "it broke"


def test_each_mistake_in_the_settings_has_a_line() -> None:
    error = errors.SettingsError(("no key", "no URL"))
    assert (str(error), error.problems) == ("no key\nno URL", ["no key", "no URL"])


def test_the_text_of_a_failed_call_has_the_order_that_the_style_asks_for() -> None:
    error = errors.ServerError(
        "read webhook endpoint we_1",
        "failed (503)",
        status=503,
        server_message="overloaded",
        request_id="req_7",
        retry_after_seconds=7.4,
        attempts=3,
        advice="Try again later.",
    )
    assert str(error) == (
        "could not read webhook endpoint we_1: failed (503); retry after 7 s. The server says: overloaded "
        "(request id req_7)\nTry again later."
    )


def test_what_a_failed_call_has_not_is_not_mentioned() -> None:
    assert str(errors.NoAnswerError("list webhook endpoints", "no answer")) == (
        "could not list webhook endpoints: no answer"
    )


def test_a_mismatch_names_both_environments_and_what_to_do() -> None:
    problem, advice = str(errors.EnvironmentMismatchError("we_1", "production", "sandbox")).split("\n")
    assert problem == ("we_1 belongs to the production environment, but the API key is of sandbox. Nothing was sent.")
    assert advice == (
        "Set kinetic:apiKey (and kinetic:baseUrl) to those of production, or use another stack for sandbox."
    )


@pytest.mark.parametrize("error", INSTANCES, ids=lambda error: type(error).__name__)
def test_advice_is_given_to_a_copy_with_all_attributes(error: KineticError) -> None:
    text, attributes = str(error), dict(vars(error))
    advised = error.with_advice("Do this.")
    assert type(advised) is type(error)
    assert advised is not error
    assert vars(advised) == {**attributes, "advice": "Do this."}
    assert (advised.args, str(advised)) == (error.args, f"{error.args[0]}\nDo this.")
    assert (str(error), vars(error)) == (text, attributes)


def test_a_copy_with_advice_carries_no_traceback_of_the_first() -> None:
    with pytest.raises(KineticError) as raised:
        user_facing("read the endpoint")(refusal(401))()
    advised = raised.value.with_advice("Do this.")
    assert (advised.__traceback__, advised.__cause__, advised.__context__) == (None, None, None)


def raise_with_a_history() -> None:
    """A KineticError with a cause and a context that hold a secret."""
    try:
        try:
            broken()
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError as error:
        raise errors.NotFoundError("read webhook endpoint we_1", "no such endpoint") from error


def test_the_boundary_lets_our_errors_out_without_cause_and_inner_frames() -> None:
    with pytest.raises(errors.NotFoundError) as unguarded:
        raise_with_a_history()
    assert SECRET in everything_shown(unguarded.value)
    with pytest.raises(errors.NotFoundError, match="could not read webhook endpoint we_1") as raised:
        user_facing("look up a webhook endpoint")(raise_with_a_history)()
    assert SECRET not in everything_shown(raised.value)
    assert raised.value.__cause__ is None
    frames = [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]
    assert frames == ["test_the_boundary_lets_our_errors_out_without_cause_and_inner_frames", "guarded"]


@pytest.mark.parametrize(
    "unforeseen", [ValueError(SECRET), KeyError(SECRET), OSError(1, SECRET, SECRET), httpx.InvalidURL(SECRET)]
)
def test_the_boundary_reports_an_unforeseen_exception_by_kind_and_place_only(unforeseen: Exception) -> None:
    def create() -> None:
        raise unforeseen

    with pytest.raises(UnexpectedError) as raised:
        user_facing("create the endpoint")(create)()
    line = inspect.getsourcelines(create)[1] + 1
    assert str(raised.value) == (
        f"could not create the endpoint: unexpected {type(unforeseen).__name__} in create, line {line} of "
        "test_errors.py.\nThis is a defect of pulumi-kinetic: please report it."
    )
    assert SECRET not in everything_shown(raised.value)
    assert "create" not in [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]


def test_the_boundary_lets_through_what_is_no_defect_of_the_function() -> None:
    expected = LookupError("a command's own way to end")

    def end() -> None:
        raise expected

    with pytest.raises(LookupError) as raised:
        user_facing("recover", passing=(LookupError, OSError))(end)()
    assert raised.value is expected


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_the_boundary_does_not_hold_up_who_wants_to_leave(kind: type[BaseException]) -> None:
    def leave() -> None:
        raise kind

    with pytest.raises(kind):
        user_facing("recover")(leave)()


def test_the_boundary_changes_nothing_else() -> None:
    @user_facing("add")
    def add(number: int, *, other: int) -> int:
        """Add."""
        return number + other

    assert (add(1, other=2), add.__name__, add.__doc__) == (3, "add", "Add.")


def test_a_boundary_within_another_reports_the_inner_operation() -> None:
    with pytest.raises(UnexpectedError, match="could not read the endpoint: unexpected ValueError in broken"):
        user_facing("recover")(user_facing("read the endpoint")(broken))()


def test_a_call_of_the_api_that_fails_shows_no_key_in_its_traceback(api: Client) -> None:
    with pytest.raises(errors.NotFoundError) as raised:
        api.get("we_none")
    assert KEY not in everything_shown(raised.value)
