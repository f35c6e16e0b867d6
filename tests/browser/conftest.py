"""The emulator's page in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

import browser
from support.emulator import EmulatorClient
from support.pages import OpenPage, Witness

_WAIT_SECONDS = 20
expect.set_options(timeout=_WAIT_SECONDS * 1000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A machine that can't have a browser fails here; nothing is skipped."""
    with sync_playwright() as playwright:
        # Root's Chromium has no sandbox, and what it opens is our own page.
        opened = playwright.chromium.launch(executable_path=browser.ensure(), args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def witness() -> Iterator[Witness]:
    """Whatever a test does: no page asks another machine, and none complains."""
    heard = Witness()
    yield heard
    assert heard.hosts == {"127.0.0.1"}
    assert heard.complaints == []


@pytest.fixture
def open_page(chromium: Browser, witness: Witness, emulator: EmulatorClient) -> Iterator[OpenPage]:
    """Open the page, and wait until it shows what the emulator has."""
    contexts = []

    def opened(url: str = emulator.url, **options: object) -> Page:
        context = chromium.new_context(**options)  # type: ignore[arg-type] # whatever a test varies
        context.set_default_timeout(_WAIT_SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        witness.watch(page)
        page.goto(url)
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        expect(page.locator("#endpoint-count")).not_to_be_empty()
        return page

    yield opened
    for context in contexts:
        context.close()
