"""Measure both doors beside a plain dynamic provider and one that does nothing: `make bench`.

Each operation runs in turn on a stack of each of the four, several times over, on one machine at one time; what counts
is the ratio of two of them in one turn, with its spread. The API is the emulator in a process of its own, with a delay
before each answer. Writes a JSON file, and a plot beside it.
"""

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import engine

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests")]

from bench_contender import DECLARE, Contender, Measured, give_organizations  # noqa: E402 the tests' harness is on the path
from bench_plot import plot  # noqa: E402
from support.emulator import EmulatorClient  # noqa: E402
from support.waiting import first_line  # noqa: E402

EVERY_REQUEST = 10**9


class Bench:
    """The runs of one benchmark, and what they have measured."""

    def __init__(
        self,
        contenders: list[Contender],
        emulator: EmulatorClient,
        repeats: int,
        results: list[dict[str, Any]],
        save: Callable[[list[dict[str, Any]]], None],
    ) -> None:
        self._contenders = contenders
        self._emulator = emulator
        self._repeats = repeats
        self._save = save
        self.results = results

    def life(self, count: int) -> None:
        """Create, update and delete so many, at no delay."""
        took: dict[str, dict[str, list[Measured]]] = {"create": {}, "update": {}, "delete": {}}
        for contender in self._in_turn():
            for phase, operation in (("create", "up"), ("update", "up"), ("delete", "destroy")):
                contender.urls = [f"https://example.com/{number}/{phase}" for number in range(count)]
                took[phase].setdefault(contender.name, []).append(contender.run(operation))
        for phase, measured in took.items():
            self._note(f"{phase} {count}", measured)

    def standing(self, count: int, delays_ms: Sequence[int], among: int = 0) -> None:
        """Preview and refresh a stack of so many, perhaps among others that it doesn't manage."""
        with self._standing(count, among):
            self._each(f"preview {count}", "preview")
            for delay in delays_ms:
                for operation in ("refresh", "preview --refresh"):
                    self._refresh(operation, count, delay, among)

    def refreshed(self, count: int, delay_ms: int) -> None:
        """Refresh a stack of so many, and no more."""
        with self._standing(count, 0):
            self._refresh("refresh", count, delay_ms, 0)

    @contextmanager
    def _standing(self, count: int, among: int) -> Iterator[None]:
        give_organizations(self._emulator)
        for contender in self._contenders:
            contender.stand(count, among)
        yield
        for contender in self._contenders:
            contender.leave()

    def _refresh(self, operation: str, count: int, delay_ms: int, among: int) -> None:
        self._emulator.faults({"delay_seconds": delay_ms / 1000, "times": EVERY_REQUEST})
        beside = f" among {among}" if among else ""
        self._each(f"{operation} {count}{beside}, {delay_ms} ms", operation)
        self._emulator.faults()

    def of_ours_and_the_floor(self, at_most: int = 10**9) -> "Bench":
        """Return the same without the plain provider, which takes minutes, and with at most so many repetitions."""
        fewer = [contender for contender in self._contenders if contender.name != "plain"]
        return Bench(fewer, self._emulator, min(self._repeats, at_most), self.results, self._save)

    def _each(self, scenario: str, operation: str) -> None:
        took: dict[str, list[Measured]] = {}
        for contender in self._in_turn():
            took.setdefault(contender.name, []).append(contender.run(operation))
        self._note(scenario, took)

    def _in_turn(self) -> Iterator[Contender]:
        for turn in range(self._repeats):  # whoever begins has the colder caches
            first = turn % len(self._contenders)
            yield from [*self._contenders[first:], *self._contenders[:first]]

    def _note(self, scenario: str, took: dict[str, list[Measured]]) -> None:
        for name, measured in took.items():
            result = {
                "scenario": scenario,
                "contender": name,
                "seconds": [round(each.seconds, 3) for each in measured],
                "requests": max(each.requests for each in measured),
                "peak_mib": round(max(each.peak_mib for each in measured)),
            }
            result |= {f"of_{base}": ratio(measured, took[base]) for base in ("floor", "plain") if base in took}
            self.results.append(result)
            print(line_of(result), flush=True)
        self._save(self.results)  # an hour's work isn't lost to what fails after it


def ratio(measured: list[Measured], base: list[Measured]) -> dict[str, float]:
    """Return how much longer it took than another in the same turn: median, least and most."""
    ratios = [one.seconds / other.seconds for one, other in zip(measured, base, strict=True)]
    return {"median": round(statistics.median(ratios), 2), "min": round(min(ratios), 2), "max": round(max(ratios), 2)}


def line_of(result: dict[str, Any]) -> str:
    """Return a result as a line of text."""
    ratios = [
        f"{result[key]['median']:.2f} x {key[3:]} ({result[key]['min']:.2f}-{result[key]['max']:.2f})"
        for key in ("of_floor", "of_plain")
        if key in result
    ]
    median = statistics.median(result["seconds"])
    figures = f"{median:7.2f} s  {result['requests']:5} requests  {result['peak_mib']:4} MiB"
    return f"{result['scenario']:36} {result['contender']:8} {figures}  {', '.join(ratios)}"


def start_up(repeats: int) -> list[dict[str, Any]]:
    """Return what imports, the command and the plugin take, `import pulumi` being the floor."""
    operations: dict[str, Callable[[], None]] = {
        "import pulumi": partial(_run, sys.executable, "-c", "import pulumi"),
        "import pulumi_kinetic": partial(_run, sys.executable, "-c", "import pulumi_kinetic"),
        "its resource": partial(_run, sys.executable, "-c", "import pulumi_kinetic; pulumi_kinetic.WebhookEndpoint"),
        "pulumi-kinetic --help": partial(_run, _installed("pulumi-kinetic"), "--help"),
        "the plugin, to its port": _spawn_plugin,
    }
    took: dict[str, list[Measured]] = {name: [] for name in operations}
    for _ in range(repeats):
        for name, operation in operations.items():
            began = time.monotonic()
            operation()
            took[name].append(Measured(time.monotonic() - began, 0, 0))
    return [
        {
            "scenario": "start-up",
            "contender": name,
            "seconds": [round(each.seconds, 3) for each in measured],
            "of_import_pulumi": ratio(measured, took["import pulumi"]),
        }
        for name, measured in took.items()
    ]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _spawn_plugin() -> None:
    """Start it as the engine does; it prints its port once it serves."""
    command = [_installed("pulumi-resource-kinetic"), "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        first_line(process, "the plugin's port")
        process.send_signal(signal.SIGINT)  # as the engine ends it


def _installed(command: str) -> str:
    return str(Path(sys.executable).with_name(command))


@contextmanager
def emulated() -> Iterator[EmulatorClient]:
    """Run the emulator in a process of its own, so that it takes no time of the one that runs programs."""
    command = [_installed("pulumi-kinetic"), "emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        url = next(word for word in first_line(process, "the emulator's URL").split() if word.startswith("http"))
        try:
            with EmulatorClient(url.rstrip(".,")) as client:
                yield client
        finally:
            process.terminate()


def main() -> None:
    """Run the benchmark and write what it has measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "bench.json")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="*", default=[200, 1000])
    parser.add_argument("--delays", type=int, nargs="*", default=[0, 50, 100])
    parser.add_argument("--life", type=int, default=200, help="How many are created, updated and deleted.")
    parser.add_argument("--many", type=int, default=10_000, help="How many are refreshed, by fewer contenders.")
    parser.add_argument("--among", type=int, default=10_000, help="Among how many others ten of ours are refreshed.")
    options = parser.parse_args()
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        emulator = closing.enter_context(emulated())
        environment = engine.environment()
        give_organizations(emulator)
        contenders = [Contender(name, folder, environment, emulator) for name in DECLARE]
        save = partial(write, options.output)
        results = earlier(options.output) or start_up(options.repeats)
        save(results)
        measure(options, Bench(contenders, emulator, options.repeats, results, save))


def measure(options: argparse.Namespace, bench: Bench) -> None:
    """Run what the options ask for, the shortest first."""
    if options.life:
        bench.life(options.life)
    if options.among:
        bench.of_ours_and_the_floor().standing(10, [50], among=options.among)
    if options.many:
        bench.of_ours_and_the_floor(at_most=3).refreshed(options.many, 50)
    for size in options.sizes:
        bench.standing(size, options.delays)


def earlier(output: Path) -> list[dict[str, Any]]:
    """Return what is in the file already: a benchmark takes an hour, and may be run in parts."""
    return json.loads(output.read_text())["results"] if output.exists() else []


def write(target: Path, results: list[dict[str, Any]]) -> None:
    """Write what has been measured so far, and draw it."""
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    target.write_text(json.dumps({"machine": machine, "results": results}, indent=1) + "\n")
    plot(results, target.with_suffix(".png"))


if __name__ == "__main__":
    main()
