"""How many cases the searches ran; printed at the end of a test run."""

from collections import Counter

CASES: Counter[str] = Counter()


def tally(search: str, number: int = 1) -> None:
    CASES[search] += number
