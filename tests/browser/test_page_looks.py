"""The page for everyone: light and dark, at a phone's width, with a screen reader, and without motion."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

from support.emulator import EmulatorClient
from support.pages import OpenPage

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", **PHONE},
    "dark phone": {"color_scheme": "dark", **PHONE},
}


@pytest.fixture
def scene(emulator: EmulatorClient) -> EmulatorClient:
    """One of everything that the page shows."""
    enabled, disabled, other = emulator.seed(3)
    emulator.edit(disabled, status="disabled", url=f"https://example.com/{'long' * 100}")
    emulator.edit(other, status="suspended" * 20, enabled_events=["a" * 200, "packet.created"])
    emulator.faults({"times": 3, "commit": False, "status": 429})
    for path in ("", f"/{enabled}", "/we_absent", "/we_absent", f"/{'x' * 400}"):
        emulator.http.get(f"/v1/webhook_endpoints{path}")
    emulator.http.patch(f"/v1/webhook_endpoints/{enabled}", json={"url": "https://example.com/2"})
    emulator.faults({"times": 3, "commit": False, "status": 503, "path": "y" * 400})
    emulator.assume(all_events="null")
    return emulator


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html']} {node['failureSummary']}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(open_page: OpenPage, scene: EmulatorClient, look: str) -> None:
    page = open_page(reduced_motion="reduce", bypass_csp=True, **LOOKS[look])
    expect(page.locator("#request-rows tr")).to_have_count(6)
    newest = list(scene.truth())[-1]
    page.get_by_role("button", name=f"Secret of {newest}").click()
    expect(page.locator(".secret").first).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    assert violations(page) == []
    page.get_by_role("button", name=f"Edit {newest}").click()
    expect(page.get_by_label("URL")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 821, 1000, 1241])
@pytest.mark.usefixtures("scene")
def test_nothing_is_wider_than_the_window(open_page: OpenPage, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    expect(page.locator("#request-rows tr")).to_have_count(6)
    page.get_by_role("button", name="Show all").click()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    sticking_out = """[...document.querySelectorAll("main *")].filter((node) => node.checkVisibility() &&
        !node.closest("thead") && node.getBoundingClientRect().right > innerWidth).map((node) => node.outerHTML)"""
    assert page.evaluate(sticking_out) == []


@pytest.mark.usefixtures("scene")
def test_the_page_follows_the_system_into_the_dark(open_page: OpenPage) -> None:
    page = open_page(color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    assert (light, page.evaluate(background)) == ("rgb(245, 246, 248)", "rgb(17, 21, 27)")


@pytest.mark.usefixtures("scene")
@pytest.mark.parametrize(("motion", "names"), [("reduce", {"none"}), ("no-preference", {"arrive"})])
def test_nothing_moves_for_who_asks_for_that(open_page: OpenPage, motion: str, names: set[str]) -> None:
    page = open_page(reduced_motion=motion)
    expect(page.locator("#request-rows tr")).to_have_count(6)
    moving = '[...document.querySelectorAll("#request-rows tr")].map((row) => getComputedStyle(row).animationName)'
    assert set(page.evaluate(moving)) == names


def test_who_has_the_focus_is_seen(open_page: OpenPage, emulator: EmulatorClient) -> None:
    emulator.seed(1)
    page = open_page()
    page.keyboard.press("Tab")
    for _ in range(6):
        page.keyboard.press("Tab")
        outline = page.locator(":focus").evaluate("(node) => getComputedStyle(node).outlineStyle")
        assert outline == "solid"
