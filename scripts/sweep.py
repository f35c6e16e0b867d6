"""Kill many runs, continue each, and count what was lost: `make sweep` (RUNS=3000 by default).

The cases are all of tests/support/kill_cases.py: instants x victims x machines x doors x backends, those first of which
the log has the fewest runs. They run in batches on one stack, beside two other stacks of the same account.

After each run, by the emulator's own list of what exists and an export of the state: no orphan, no double, no lost
secret, no drift, nothing of another stack changed, gone or named by a request; no pending create left. An expected
loss is named by `drift` and removed. Once a batch, after its first kill: the other stacks run and find nothing of
theirs. At its end: previews and refreshes of all stacks are empty, `recover` has nothing to do twice, the journal is
empty; what fails there is counted for the batch's last run.

Exit code 1 where anything was lost, doubled, touched or left behind. A run that ended before its instant proves
nothing: it is counted apart.
"""

import argparse
import itertools
import json
import multiprocessing
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from support.crash import InstantNotReachedError  # noqa: E402 the tests' harness is on the path now
from support.instants import INSTANTS, VICTIMS  # noqa: E402
from support.kill_batch import INSTANT_BY_NAME, Batch, new_batch  # noqa: E402
from support.kill_cases import BACKENDS, CASES, DOORS, MACHINES, Case, losses  # noqa: E402
from support.layers import LAYERS  # noqa: E402

RUNS_OF_A_BATCH = 26  # a new one costs as much as five runs
Result = dict[str, object]
Task = tuple[list[Case], str, Path | None]


def main() -> None:
    """Run the sweep and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--log", type=Path, help="file of one line of JSON a run, which earlier parts of a sweep are in"
    )
    parser.add_argument("--without", choices=LAYERS, help="switch a layer off: the sweep has to find violations")
    options = parser.parse_args()
    results = _earlier(options.log)
    tasks = [(cases, LAYERS.get(options.without, ""), options.log) for cases in batches(results, options.runs)]
    wanted = sum(len(cases) for cases, *_ in tasks)
    with multiprocessing.Pool(options.workers, maxtasksperchild=1) as pool, new_progress() as progress:
        bar = progress.add_task("", total=wanted, counts=counts_of(results))
        for batch in pool.imap_unordered(_batch, tasks):
            results += batch
            progress.update(bar, advance=len(batch), counts=counts_of(results))
            if not progress.console.is_terminal:  # a log has lines
                progress.console.print(time.strftime("%H:%M:%S"), counts_of(results))
    print(table(results))
    sys.exit(any(violations(each) for each in results))


def _earlier(log: Path | None) -> list[Result]:
    """A sweep takes hours and may be run in parts: its table counts all that the log holds."""
    return [json.loads(line) for line in log.read_text().splitlines()] if log and log.exists() else []


def batches(results: list[Result], runs: int) -> list[list[Case]]:
    """All cases in turn, in random order, those with the fewest runs first; each batch on one stack."""
    counts = Counter(_case_of(result) for result in results)
    by_stack: dict[tuple[str, str], Iterator[Case]] = {
        stack: _in_turn([case for case in CASES if (case.door, case.backend) == stack], counts)
        for stack in itertools.product(DOORS, BACKENDS)
    }
    stacks = itertools.islice(itertools.cycle(by_stack), -(-runs // RUNS_OF_A_BATCH))
    return [list(itertools.islice(by_stack[stack], RUNS_OF_A_BATCH)) for stack in stacks]


def _in_turn(cases: list[Case], counts: "Counter[Case]") -> Iterator[Case]:
    for runs in itertools.count(min(counts[case] for case in cases)):
        due = [case for case in cases if counts[case] <= runs]
        random.shuffle(due)
        yield from due


def _batch(task: Task) -> list[Result]:
    """Some runs on one stack, which a failing one is not given back to; each is in the log once it is over."""
    cases, patches, log = task
    results: list[Result] = []
    with new_batch(cases[0].door, cases[0].backend, patches) as batch:
        for case in cases:
            results.append({**case._asdict(), **_run(batch, case)})
            is_last = case is cases[-1] or not batch.is_usable
            if is_last and batch.is_usable:
                results[-1] |= _end(batch)
            _note(results[-1], log)
            if is_last:
                break
    return results


def _run(batch: Batch, case: Case) -> Result:
    spread = INSTANT_BY_NAME[case.instant].spread_seconds
    try:
        verdict = batch.run(case, after_seconds=random.uniform(0, spread))  # noqa: S311
    except InstantNotReachedError:
        return {"not reached": True}
    except Exception as error:  # noqa: BLE001 whatever went wrong is a result
        return {"failed": f"{type(error).__name__}: {error}"[-4000:]}
    return {name: count for name, count in verdict.items() if count}


def _end(batch: Batch) -> Result:
    try:
        batch.expect_nothing_left()
        batch.expect_clean_neighbours()
    except Exception as error:  # noqa: BLE001 as above
        return {"failed at the batch's end": f"{type(error).__name__}: {error}"[-4000:]}
    return {}


def violations(result: Result) -> Result:
    """What of a result is neither its case nor a run that proves nothing."""
    return {name: value for name, value in result.items() if name not in (*Case._fields, "not reached")}


def _case_of(result: Result) -> Case:
    return Case(*(str(result[name]) for name in Case._fields))


def _note(result: Result, log: Path | None) -> None:
    if log:
        with log.open("a") as file:
            file.write(json.dumps(result) + "\n")


def new_progress() -> Progress:
    """Return a bar on stderr, which is for talk: the table alone goes to stdout."""
    console = Console(stderr=True, highlight=False)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[counts]}"), TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)


def counts_of(results: list[Result]) -> str:
    """Say in one line how a sweep stands."""
    wrong = sum(bool(violations(each)) for each in results)
    missed = sum("not reached" in each for each in results)
    return f"{len(results)} runs, {wrong} with a violation, {missed} not reached"


def table(results: list[Result]) -> str:
    """The results as a table of Markdown: an instant a line, with the runs of each victim and machine.

    A number in brackets are the runs whose case may cost an endpoint, which can't be helped.
    """
    reached = [result for result in results if "not reached" not in result]
    cells: dict[tuple[str, str, str], list[Result]] = defaultdict(list)
    for result in reached:
        cells[str(result["instant"]), str(result["victim"]), str(result["machine"])].append(result)
    columns = list(itertools.product(MACHINES, VICTIMS))
    lines = [
        "| instant | " + " | ".join(f"{victim}, {machine} machine" for machine, victim in columns) + " |",
        "| --- |" + " ---: |" * len(columns),
    ]
    for instant in INSTANTS:
        runs = [cells[instant.name, victim, machine] for machine, victim in columns]
        lines.append(f"| {instant.name} | " + " | ".join(_cell(each) for each in runs) + " |")
    stacks = Counter((result["door"], result["backend"]) for result in reached)
    lines += ["", ", ".join(f"{door} on {backend}: {count}" for (door, backend), count in sorted(stacks.items()))]
    wrong = sum(bool(violations(each)) for each in results)
    return "\n".join(
        [*lines, f"{len(reached)} runs, {wrong} with a violation; {len(results) - len(reached)} not reached"]
    )


def _cell(results: list[Result]) -> str:
    wrong = sum(bool(violations(result)) for result in results)
    is_loss = any(losses(_case_of(result)) != (0,) for result in results)
    count = f"({len(results)})" if is_loss else f"{len(results)}"
    return f"**{wrong} of {count}**" if wrong else count if results else ""


if __name__ == "__main__":
    main()
