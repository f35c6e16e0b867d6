"""Which endpoints of the state a run has found, and whether one that it misses counts as deleted.

See docs/contributing/design.md#what-counts-as-deleted and docs/contributing/design.md#another-account.
"""

import threading
import time

from pulumi_kinetic import account, errors
from pulumi_kinetic.account import Account
from pulumi_kinetic.client import Client
from pulumi_kinetic.endpoint import State
from pulumi_kinetic.settings import Settings

_LISTINGS = 3
WAIT_SECONDS = 2.0
_UNPROVEN = "not_found (404), which isn't taken as a deletion: {why}"
UNREADABLE = "the API lists {endpoint_id}, but answers not_found when that is read"
"""Why a `not_found` of such an API is worth nothing."""
_NOTHING_CHANGED = (
    "Nothing was changed. Check kinetic:baseUrl and kinetic:apiKey; a proxy may stand in front of the API."
)


class Presence:
    """What one run of the engine knows of the state's endpoints, from many threads.

    Nothing is asked before a `not_found` has to be judged.
    """

    def __init__(self, settings: Settings, api: Client) -> None:
        """Make no request yet.

        Args:
            settings: The provider's settings.
            api: The API, by these settings.
        """
        self._here = account.account_of(settings)
        self._api = api
        self._in_state: dict[str, Account] = {}
        self._found: set[str] = set()
        self._listed: set[str] | None = None
        self._doubt: str | None = None
        self._judge_by: float | None = None
        self._asking = threading.Lock()
        self._changed = threading.Condition()

    def note_in_state(self, endpoint_id: str, state: State) -> None:
        """Remember that the engine holds an endpoint, and where it was last seen."""
        with self._changed:
            self._in_state[endpoint_id] = account.parse(state.get("account"))
            self._changed.notify_all()

    def note_found(self, endpoint_id: str, state: State) -> str:
        """Remember that this run has found an endpoint; what its state has to keep from now on.

        Args:
            endpoint_id: The endpoint.
            state: What the engine has of it; empty for one that has just been created, adopted or imported.
        """
        with self._changed:
            self._found.add(endpoint_id)
            self._changed.notify_all()
        return str(account.parse(state.get("account")).now_seen_with(self._here) if state else self._here)

    def require_deleted(self, endpoint_id: str, state: State, missing: errors.NotFoundError) -> None:
        """Return if an endpoint counts as deleted.

        Args:
            endpoint_id: The endpoint.
            state: What the engine has of it; empty if it has nothing.
            missing: What the API has answered.

        Raises:
            UnreadableAnswerError: Its `not_found` proves nothing: the API doesn't answer as documented.
            AccountMismatchError: The API key or base URL isn't the state's, and finds nothing of the state's account.
        """
        self._require_proof(missing)
        last_seen = account.parse(state.get("account"))
        if state and not self._speaks_of(last_seen, endpoint_id, missing):
            raise account.mismatch(missing, self._here, last_seen)

    def _require_proof(self, missing: errors.NotFoundError) -> None:
        """Once a run: the collection answers as documented, and an endpoint that it lists can be read."""
        with self._asking:
            if self._doubt is None:
                self._doubt = self._look_for_doubt()
        if self._doubt:
            raise _unproven(missing, self._doubt)

    def _look_for_doubt(self) -> str:
        """Why a `not_found` proves nothing here; "" if it does."""
        try:
            for _ in range(_LISTINGS):  # what is listed may be deleted, by this very run, before it is read
                listed = next((remote.webhook_endpoint_id for remote in self._api.page().data), None)
                if listed is None or self._exists(listed):
                    return ""
        except errors.ApiError as error:
            return str(error.args[0])
        return UNREADABLE.format(endpoint_id=listed)

    def _exists(self, endpoint_id: str) -> bool:
        try:
            self._api.get(endpoint_id)
        except errors.NotFoundError:
            return False
        return True

    def _speaks_of(self, last_seen: Account, endpoint_id: str, missing: errors.NotFoundError) -> bool:
        """Whether this run's key sees the account that the endpoint was in.

        Reads run in parallel, so the run may find another endpoint of that account a moment later: the misses of a run
        wait for that, two seconds all together.
        """
        if account.may_judge(self._here, last_seen, (), is_alone=False):
            return True
        self._list_once(missing)
        with self._changed:
            if self._judge_by is None:
                self._judge_by = time.monotonic() + WAIT_SECONDS
            left = max(0.0, self._judge_by - time.monotonic())
            self._changed.wait_for(lambda: self._judge(last_seen, endpoint_id, is_alone=False), timeout=left)
            is_alone = self._in_state.keys() <= {endpoint_id}
            return self._judge(last_seen, endpoint_id, is_alone=is_alone)

    def _judge(self, last_seen: Account, endpoint_id: str, *, is_alone: bool) -> bool:
        found = (self._found | (self._listed or set())).intersection(self._in_state) - {endpoint_id}
        return account.may_judge(self._here, last_seen, map(self._in_state.__getitem__, found), is_alone=is_alone)

    def _list_once(self, missing: errors.NotFoundError) -> None:
        with self._asking:
            if self._listed is None:
                try:
                    self._listed = {remote.webhook_endpoint_id for remote in self._api.list()}
                except errors.ApiError as error:
                    raise _unproven(missing, str(error.args[0])) from None


def _unproven(missing: errors.NotFoundError, why: str) -> errors.UnreadableAnswerError:
    return errors.UnreadableAnswerError(
        missing.operation,
        _UNPROVEN.format(why=why),
        status=missing.status,
        request_id=missing.request_id,
        attempts=missing.attempts,
        advice=_NOTHING_CHANGED,
    )
