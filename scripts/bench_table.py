"""The benchmark's figures as a table for the documentation."""

import json
import statistics
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent.parent / "docs" / "bench.json"
_NOTHING = "Not measured for this version yet: run `make bench` on a quiet machine."


def figures(source: Path = BENCH) -> str:
    """Return what a benchmark has measured: how many times the floor's and the plain provider's time each took.

    Args:
        source: The file that the benchmark has written.
    """
    if not source.exists():
        return _NOTHING
    measured = json.loads(source.read_text(encoding="utf-8"))
    machine = measured["machine"]
    compared = [result for result in measured["results"] if "of_floor" in result and result["contender"] != "floor"]
    started = [result for result in measured["results"] if result["scenario"] == "start-up"]
    return "\n".join(
        [
            f"Measured on {machine['system']} with {machine['cores']} cores and Python {machine['python']}. Ratios are",
            "medians, with the least and the most in brackets.",
            "",
            "| what | provider | seconds | of the floor | of plain | requests | MiB |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *(_row(result) for result in compared),
            "",
            "| start-up | seconds | of `import pulumi` |",
            "| --- | --- | --- |",
            *(f"| {one['contender']} | {_seconds(one)} | {_ratio(one['of_import_pulumi'])} |" for one in started),
        ]
    )


def _row(result: dict[str, Any]) -> str:
    ratios = [_ratio(result[of]) if of in result else "" for of in ("of_floor", "of_plain")]
    numbers = [_seconds(result), *ratios, str(result["requests"]), str(result["peak_mib"])]
    return f"| {result['scenario']} | {result['contender']} | {' | '.join(numbers)} |"


def _seconds(result: dict[str, Any]) -> str:
    return f"{statistics.median(result['seconds']):.2f}"


def _ratio(ratio: dict[str, float]) -> str:
    return f"{ratio['median']:.2f} ({ratio['min']:.2f} to {ratio['max']:.2f})"
