"""The benchmark's figures as a picture."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import patches
from matplotlib import pyplot as plt

_COLOURS = {"dynamic": "#4c72b0", "plugin": "#55a868", "plain": "#c44e52"}


def plot(results: list[dict[str, Any]], target: Path) -> None:
    """Draw what each took as a multiple of the engine's own time, with the least and the most.

    Args:
        results: What the benchmark has measured.
        target: The PNG file.
    """
    compared = [result for result in results if "of_floor" in result and result["contender"] in _COLOURS]
    scenarios = list(dict.fromkeys(result["scenario"] for result in compared))
    figure, axes = plt.subplots(figsize=(9, 0.6 * len(scenarios) + 1.5), layout="constrained")
    for result in compared:
        lane = list(_COLOURS).index(result["contender"])
        ratio = result["of_floor"]
        spread = [[ratio["median"] - ratio["min"]], [ratio["max"] - ratio["median"]]]
        place = scenarios.index(result["scenario"]) + (lane - 1) * 0.25
        axes.barh(place, ratio["median"], 0.22, xerr=spread, color=_COLOURS[result["contender"]])
    axes.set_yticks(range(len(scenarios)), scenarios)
    axes.invert_yaxis()
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("times the floor's time; median, least, most")
    axes.legend([patches.Patch(color=colour) for colour in _COLOURS.values()], list(_COLOURS))
    figure.savefig(target, dpi=120)
