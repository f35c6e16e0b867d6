"""The emulator's page, as a test opens it; and what it asked for and complained of."""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page

OpenPage = Callable[..., Page]


class Witness:
    """What the pages of a test have asked for, and what they complained of."""

    def __init__(self) -> None:
        self.hosts: set[str | None] = set()
        self.complaints: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


def row_of(page: Page, endpoint_id: str) -> Locator:
    return page.locator("#endpoint-rows tr").filter(has_text=endpoint_id)
