"""What API keys see: one listing for each key and base URL, whatever stacks and providers use it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import cached_property, partial

from pulumi_kinetic import account, errors
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.cli.state import DeclaredEndpoint
from pulumi_kinetic.client import Client
from pulumi_kinetic.presence import UNREADABLE
from pulumi_kinetic.settings import Settings
from pulumi_kinetic.snapshot import is_whole

_READS_AT_A_TIME = 8
Progress = Callable[[int], None]


class Account:
    """The endpoints that one API key sees at one base URL.

    Attributes:
        settings: The key, the base URL, and what else a client needs.
        provider_urn: An explicit provider with these settings; None where a stack's configuration has them.
        notes: What to know of them: that they are unsafe, or that the listing has an entry that can't be read.
    """

    def __init__(self, settings: Settings, api: Client, provider_urn: str | None, progress: Progress) -> None:
        self.settings = settings
        self.provider_urn = provider_urn
        self.notes: list[str] = [settings.warning] if settings.warning else []
        self._api = api
        self._progress = progress
        self._is_proved = False

    @cached_property
    def listed(self) -> Mapping[str, RemoteEndpoint]:
        """All of them, by id; asked for once. An entry that can't be read is left out, and noted.

        Raises:
            ApiError: They can't be listed.
        """
        endpoints = {}
        for number, remote in enumerate(self._api.list(skipped=self.notes.append), start=1):
            endpoints[remote.webhook_endpoint_id] = remote
            self._progress(number)
        return endpoints

    def read(self, endpoints: Sequence[DeclaredEndpoint]) -> Mapping[str, RemoteEndpoint]:
        """Return those of a stack's endpoints that exist, by id; an absence from the listing is confirmed by a GET.

        Raises:
            AccountMismatchError: One isn't found, and it was last seen with a key that may belong to somebody else.
            ApiError: One can't be read, or the API doesn't answer as documented.
        """
        found = {one.endpoint_id: self.listed[one.endpoint_id] for one in endpoints if self._is_listed(one)}
        others = [one for one in endpoints if one.endpoint_id not in found]
        seen = [one for one in endpoints if one.endpoint_id in self.listed]
        is_alone = len(endpoints) == 1
        if others and not seen:  # one read tells a wrong key; a thousand more wouldn't
            self._read(others[0], seen, is_alone=is_alone)
        with ThreadPoolExecutor(_READS_AT_A_TIME) as threads:
            read = threads.map(partial(self._read, seen=seen, is_alone=is_alone), others)
            return found | {remote.webhook_endpoint_id: remote for remote in read if remote}

    def _is_listed(self, one: DeclaredEndpoint) -> bool:
        return one.endpoint_id in self.listed and is_whole(self.listed[one.endpoint_id])

    def _read(
        self, missing: DeclaredEndpoint, seen: Sequence[DeclaredEndpoint], *, is_alone: bool
    ) -> RemoteEndpoint | None:
        """The endpoint, or None where its absence counts. See docs/contributing/design.md#another-account."""
        try:
            return self._api.get(missing.endpoint_id, missing.outputs.get("url"))
        except errors.NotFoundError as error:
            self._require_proof()
            here, last_seen = account.account_of(self.settings), account.parse(missing.outputs.get("account"))
            found = (account.parse(one.outputs.get("account")) for one in seen if one is not missing)
            if account.may_judge(here, last_seen, found, is_alone=is_alone):
                return None
            raise account.mismatch(error, here, last_seen) from None

    def _require_proof(self) -> None:
        """Once: an endpoint that the API lists can be read, so that a `not_found` of its is worth something.

        Raises:
            ApiError: It can't.
        """
        if self._is_proved or not self.listed:
            return
        listed = next(iter(self.listed))
        try:
            self._api.get(listed)
        except errors.NotFoundError as error:
            problem = UNREADABLE.format(endpoint_id=listed)
            raise errors.UnreadableAnswerError(error.operation, problem, request_id=error.request_id) from None
        self._is_proved = True


class Accounts:
    """The accounts of one run of the command; their connections are closed with `closing`."""

    def __init__(self, closing: ExitStack, progress: Progress) -> None:
        self._closing = closing
        self._progress = progress
        self._accounts: dict[tuple[str, str], Account] = {}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._accounts.values())

    def of(self, settings: Settings, provider_urn: str | None = None) -> Account:
        """Return the account that settings lead to; the same one for the same key, base URL and version."""
        key = (settings.account, settings.api_version)
        if key not in self._accounts:
            api = Client(settings)
            self._closing.callback(api.close)
            self._accounts[key] = Account(settings, api, provider_urn, self._progress)
        return self._accounts[key]
