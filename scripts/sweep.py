"""Kill many runs, recover each, and count what was lost: `make sweep` (RUNS=3000 by default).

Every run is one of all instants x victims x doors in turn. It ends with `recover`, `up` and a preview; the oracle is
the emulator's own list of what exists. Exit code 1 where anything was lost, doubled or left behind.
"""

import argparse
import itertools
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

import engine  # noqa: E402 the tests' harness is on the path now
from pulumi_kinetic.emulator.server import Server  # noqa: E402
from support.crash import INSTANTS, Crash  # noqa: E402
from support.emulator import KEY, EmulatorClient  # noqa: E402
from support.sdk import RESOURCE_BY_DOOR  # noqa: E402
from support.stack import Deployment  # noqa: E402

BATCH = 11  # runs on one stack: a new one costs two seconds
Result = dict[str, object]
Cell = tuple[str, str]
Batch = tuple[str, tuple[tuple[int, Cell], ...]]
CELLS: tuple[Cell, ...] = (
    ("cli", "same"),
    ("provider", "same"),
    ("both", "same"),
    ("cli", "another"),
    ("both", "another"),
)


def main() -> None:
    """Run the sweep and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--log", type=Path, help="file of one line of JSON a run, which earlier parts of a sweep are in"
    )
    options = parser.parse_args()
    results = _earlier(options.log)
    with multiprocessing.Pool(options.workers, maxtasksperchild=1) as pool:
        for batch in pool.imap_unordered(_batch, _batches(options.runs)):
            results += batch
            _note(batch, results, options.log)
    _print_table(results)
    sys.exit(any(_violations(each) for each in results))


def _earlier(log: Path | None) -> list[Result]:
    """A sweep takes hours and may be run in parts: its table counts all that the log holds."""
    return [json.loads(line) for line in log.read_text().splitlines()] if log and log.exists() else []


def _batches(runs: int) -> list[Batch]:
    """All instants x cells in turn, a stack's worth at one door, then at the other."""
    kills = {door: itertools.cycle(itertools.product(range(len(INSTANTS)), CELLS)) for door in RESOURCE_BY_DOOR}
    doors = itertools.islice(itertools.cycle(RESOURCE_BY_DOOR), -(-runs // BATCH))
    return [(door, tuple(itertools.islice(kills[door], BATCH))) for door in doors]


def _batch(batch: Batch) -> list[Result]:
    """Some runs on one stack, which a failing one is not given back to."""
    door, cases = batch
    results: list[Result] = []
    with Server() as server, EmulatorClient(server.url) as emulator, tempfile.TemporaryDirectory() as folder:
        config = {"apiKey": KEY, "baseUrl": server.url, "timeoutSeconds": "3", "maxRetries": "1"}
        settings = {f"kinetic:{key}": value for key, value in config.items()}
        crash = Crash(Deployment(Path(folder), engine.environment(), settings), emulator, door)
        for instant, (victim, machine) in cases:
            results.append({"door": door, **_run(crash, instant, victim, machine)})
            crash.end_providers()
            if _violations(results[-1]):
                break
    return results


def _run(crash: Crash, instant: int, victim: str, machine: str) -> Result:
    """A killed run, continued on the same machine by `up` alone, on another by recover, `up`, recover."""
    result: Result = {"instant": INSTANTS[instant].name, "victim": victim, "machine": machine}
    try:
        crash.kill(INSTANTS[instant], victim)
        if machine == "same":
            crash.cancel()
        else:
            crash.move_to_another_machine()
            crash.recover("--unlock")
        crash.deployment.up()
        crash.expect_nothing_left()
    except Exception as error:  # noqa: BLE001 whatever went wrong is a result
        return {**result, "failed": f"{type(error).__name__}: {error}"[-2000:]}
    return {**result, **crash.verdict()}


def _violations(result: Result) -> dict[str, object]:
    return {
        name: value for name, value in result.items() if name not in ("door", "instant", "victim", "machine") and value
    }


def _note(batch: list[Result], results: list[Result], log: Path | None) -> None:
    wrong = sum(bool(_violations(each)) for each in results)
    print(f"{time.strftime('%H:%M:%S')}  {len(results)} runs, {wrong} with a violation", flush=True)
    if log:
        with log.open("a") as file:
            file.writelines(json.dumps(each) + "\n" for each in batch)


def _print_table(results: list[Result]) -> None:
    runs = Counter((each["door"], each["instant"], each["victim"], each["machine"]) for each in results)
    wrong = Counter(
        (each["door"], each["instant"], each["victim"], each["machine"]) for each in results if _violations(each)
    )
    columns = list(itertools.product(RESOURCE_BY_DOOR, CELLS))
    heads = [f"{door}, {victim} killed, {machine} machine" for door, (victim, machine) in columns]
    print("| instant | " + " | ".join(heads) + " |")
    print("| --- |" + " ---: |" * len(columns))
    for instant in INSTANTS:
        keys = [(door, instant.name, *cell) for door, cell in columns]
        print(f"| {instant.name} | " + " | ".join(f"{wrong[key]} of {runs[key]}" for key in keys) + " |")
    print(f"{len(results)} runs, {sum(wrong.values())} with a violation (orphan, double, lost secret, anything left)")


if __name__ == "__main__":
    main()
