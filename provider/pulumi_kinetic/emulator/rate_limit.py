"""A limit of requests per second."""

from collections import deque


class RateLimit:
    """Counts the requests of the last second, those that were refused left out."""

    def __init__(self) -> None:
        self._accepted_at: deque[float] = deque()

    def accepts(self, now: float, requests_per_second: int | None) -> bool:
        """Decide on a request, and count it if it may pass.

        Args:
            now: When it came, in seconds of a clock that never goes back.
            requests_per_second: How many requests any second may have; None for no limit.
        """
        while self._accepted_at and self._accepted_at[0] <= now - 1:
            self._accepted_at.popleft()
        if requests_per_second is not None and len(self._accepted_at) >= requests_per_second:
            return False
        self._accepted_at.append(now)
        return True
