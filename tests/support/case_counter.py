"""How many cases the searches ran; printed at the end of a test run."""

from collections import Counter

COUNTS: Counter[str] = Counter()


def count_cases(search: str, number: int = 1) -> None:
    COUNTS[search] += number
