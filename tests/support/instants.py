"""The points of a run at which it is killed: what holds it there, and how to tell that it is there."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from signal import SIGINT, SIGKILL, Signals
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from support.crash import Crash

VICTIMS = ("cli", "provider", "both")
"""Of a run: the CLI, the provider. Of a killed `recover`: the CLI that it has started, the command itself."""

Reached = Callable[["Crash"], bool]


@dataclass(frozen=True)
class Instant:
    """A point in a run.

    Attributes:
        name: What it is called in tables.
        reached: Tells whether the run is there.
        faults: What the emulator does, so that the run stays there.
        change: What the killed run does: `create`, `two creates`, `update`, `delete`, `replacement`, or `none` (what an
            earlier run has begun).
        status: The status of the endpoint that is created.
        first: Where an earlier run is killed, which the killed run continues.
        way: How that is continued: `lift` its lock (on another machine: `recover`), `move` to another machine and do
            nothing there, or `up` to its end.
        command: What is killed: `up`, or `recover`.
        signal: With which signal.
        then: How the killed run is continued: by `up`, or by `up --replace` of what it changed, and `up`.
        spread_seconds: A kill up to so much later is of the same instant: nothing holds the run there.
        victims: Who can be killed there.
    """

    name: str
    reached: Reached
    faults: tuple[dict[str, Any], ...] = ()
    change: str = "create"
    status: str = "enabled"
    first: "Instant | None" = None
    way: str = "lift"
    command: str = "up"
    signal: Signals = SIGKILL
    then: str = "up"
    spread_seconds: float = 0
    victims: tuple[str, ...] = VICTIMS


def _asked(method: str) -> Reached:
    return lambda crash: any(request["method"] == method for request in crash.requests())


def _answered(method: str) -> Reached:
    return lambda crash: any(
        request["method"] == method and request["status"] is not None for request in crash.requests()
    )


def _made(count: int) -> Reached:
    return lambda crash: len(crash.emulator.truth()) >= crash.endpoints_before + count


def _recorded(crash: "Crash") -> bool:
    return bool(crash.new_records())


def _recorded_answer(crash: "Crash") -> bool:
    return any(record["endpoint_id"] is not None for record in crash.new_records())


def _saved(crash: "Crash") -> bool:
    """One of two is answered: only then is it worth the CLI's half second to look into the state."""
    return _made(2)(crash) and bool(set(crash.changed) & set(crash.deployment.resources()))


def _recover_runs(words: str) -> Reached:
    return lambda crash: any(words in command for command in crash.commands_of_recover())


HOLD = 1.5
SAVED_HOLD = 4.0  # until the CLI has been asked for the state
POST, GET, PATCH, DELETE = ({"method": method} for method in ("POST", "GET", "PATCH", "DELETE"))
BEFORE, AFTER, IN_FLIGHT = {"delay_seconds": HOLD}, {"delay_after_seconds": HOLD}, {"delay_in_flight_seconds": HOLD}
NEVER = {**BEFORE, "commit": False, "drop": True}
HALF = {"half_body": True, "stall_seconds": HOLD}

COMMITTED = Instant("committed, not answered", _made(1), ({**POST, **AFTER},))
UPDATE = Instant("in an update", _asked("PATCH"), ({**PATCH, **AFTER},), "update")
NOT_SAVED = Instant("answered, state not saved", _recorded_answer, spread_seconds=0.1)
TWO_CREATES = Instant("two creates under way", _made(2), ({**POST, **AFTER, "times": 2},), "two creates")
ONE_SAVED = Instant(
    "one of two creates saved",
    _saved,
    ({**POST, "delay_after_seconds": SAVED_HOLD, "skip": 1},),
    "two creates",
)
REPLACEMENT = Instant("in a replacement", _made(1), ({**POST, **AFTER},), "replacement", then="replace")


def _continuation(name: str, reached: Reached, *faults: dict[str, Any], status: str = "enabled") -> Instant:
    first = replace(COMMITTED, status=status)
    return Instant(f"in the continuation: {name}", reached, faults, "none", first=first)


def _recover(name: str, reached: Reached, *, way: str, victims: tuple[str, ...] = VICTIMS) -> Instant:
    changes: dict[str, Any] = {"change": "none", "command": "recover", "first": TWO_CREATES, "way": way}
    return Instant(f"recover: {name}", reached, victims=victims, **changes)


ONE_RUN = (
    Instant("before the request leaves", _recorded, ({**POST, **BEFORE},)),
    Instant("sent, never committed", _asked("POST"), ({**POST, **NEVER},)),
    Instant("sent, committed later", _asked("POST"), ({**POST, **BEFORE},)),
    COMMITTED,
    Instant("half an answer", _made(1), ({**POST, **HALF},)),
    Instant("answered, journal still open", _made(1), spread_seconds=0.05),
    NOT_SAVED,
    Instant("in the PATCH after the POST", _asked("PATCH"), ({**PATCH, **BEFORE},), status="disabled"),
    Instant("after the PATCH after the POST", _answered("PATCH"), ({**PATCH, **AFTER},), status="disabled"),
    UPDATE,
    Instant("in a delete", _asked("DELETE"), ({**DELETE, **AFTER},), "delete"),
)
"""What is killed is one run, and `up` continues it."""

FURTHER = (
    Instant("sent, its key in flight at the API", _asked("POST"), ({**POST, **IN_FLIGHT},)),
    Instant("interrupted in mid-create", _asked("POST"), ({**POST, **BEFORE},), signal=SIGINT),
    TWO_CREATES,
    ONE_SAVED,
    replace(NOT_SAVED, name="state not saved, then --replace", then="replace"),
    replace(ONE_SAVED, name="state saved, then --replace", then="replace"),
    REPLACEMENT,
    Instant("in a replacement's delete", _asked("DELETE"), ({**DELETE, **AFTER},), "replacement"),
    _continuation("its POST answered at the API", _answered("POST"), {**POST, **AFTER}),
    _continuation("reading back", _asked("GET"), {**GET, **BEFORE}),
    _continuation("in its PATCH", _asked("PATCH"), {**PATCH, **AFTER}, status="disabled"),
    replace(_continuation("state not saved", _answered("GET")), spread_seconds=0.1),
    _recover("exporting", _recover_runs("stack export"), way="move"),
    _recover("between two pending creates", _recorded, way="move", victims=("provider",)),
    _recover("clearing", _recover_runs("--clear-pending-creates"), way="up"),
)
"""Two creates, a run or `recover` killed that continues another, `--replace` after it, an interrupt."""

INSTANTS = (*ONE_RUN, *FURTHER)
