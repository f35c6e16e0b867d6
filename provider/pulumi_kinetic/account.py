"""With which base URL and API key the endpoint of a state was last seen, and what that says of one that is missing.

Pure functions. See docs/contributing/design.md#another-account.
"""

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlsplit

from pulumi_kinetic.errors import AccountMismatchError, NotFoundError
from pulumi_kinetic.settings import Settings

_UNKNOWN_DIGEST = "-"
MAX_DIGESTS = 8


class Account(NamedTuple):
    """Where an endpoint was seen, as the state keeps it: `https://api.example 0a1b… 2c3d…`.

    Attributes:
        origin: Scheme and host of the base URL that was used last; "" where no release has noted it.
        digests: Digests of base URL and key, the last one first: with each of them, this very endpoint was seen.
    """

    origin: str
    digests: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((self.origin, *self.digests))

    @property
    def is_known(self) -> bool:
        """Whether the state says where the endpoint was seen; states of release 0.1.0 don't."""
        return self.digests != (_UNKNOWN_DIGEST,)

    def now_seen_with(self, here: "Account") -> "Account":
        """Return the account of an endpoint that this run has found; the same one where nothing has changed."""
        if self.digests[0] in here.digests:
            return self
        earlier = [digest for digest in self.digests if digest not in here.digests]
        return Account(here.origin, (*here.digests, *earlier)[:MAX_DIGESTS])


UNKNOWN = Account("", (_UNKNOWN_DIGEST,))


def account_of(settings: Settings) -> Account:
    """Return the account that these settings lead to."""
    parts = urlsplit(settings.base_url)
    return Account(f"{parts.scheme}://{parts.netloc}", (settings.account,))


def parse(text: str | None) -> Account:
    """Return what a state holds; `UNKNOWN` where it holds nothing."""
    origin, *digests = (text or "").split(" ")
    return Account(origin, tuple(digests)) if digests else UNKNOWN


def may_judge(here: Account, missing: Account, found: Iterable[Account], *, is_alone: bool) -> bool:
    """Tell whether a `not_found` under this run's key speaks of the account that a missing endpoint was in.

    It does if that account is this run's, or if this run has found another endpoint of that account.

    Args:
        here: The account of this run.
        missing: What the state says of the missing endpoint.
        found: What the state says of other endpoints, which this run has found.
        is_alone: Whether this run has seen no other endpoint in the state. Of an endpoint whose account no release has
            noted, nothing more can be asked.
    """
    if not missing.is_known:
        return is_alone or any(_UNKNOWN_DIGEST in account.digests for account in found)
    reached = set(here.digests).union(*(account.digests for account in found))
    return bool(reached.intersection(missing.digests) - {_UNKNOWN_DIGEST})


def mismatch(missing: NotFoundError, here: Account, last_seen: Account) -> AccountMismatchError:
    """Return the error of an endpoint whose absence this run may not judge.

    Args:
        missing: What the API has answered.
        here: The account of this run.
        last_seen: What the state says of the endpoint.
    """
    return AccountMismatchError(missing, state_origin=last_seen.origin, origin=here.origin, is_known=last_seen.is_known)
