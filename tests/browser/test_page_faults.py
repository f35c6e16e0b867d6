"""Faults and assumptions at a click: what the next request of the API then meets."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from support.emulator import EmulatorClient
from support.pages import OpenPage

COLLECTION = "/v1/webhook_endpoints"
Ask = Callable[[EmulatorClient], object]


def listed(emulator: EmulatorClient) -> httpx.Response:
    return emulator.http.get(COLLECTION)


def is_limited(emulator: EmulatorClient) -> None:
    answers = [listed(emulator) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 429, 429, 200]
    assert answers[0].headers["Retry-After"] == "1"


def is_broken(emulator: EmulatorClient) -> None:
    assert [listed(emulator).status_code for _ in range(2)] == [500, 200]


def is_a_proxys(emulator: EmulatorClient) -> None:
    answer = listed(emulator)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")


def is_dropped_after_the_work(emulator: EmulatorClient) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        emulator.http.post(COLLECTION, json={"url": "https://a.example"})
    assert len(emulator.truth()) == 1


def is_cut_off(emulator: EmulatorClient) -> None:
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        listed(emulator)


def is_late(emulator: EmulatorClient) -> None:
    with pytest.raises(httpx.ReadTimeout):
        emulator.http.get(COLLECTION, timeout=0.5)


PRESETS: dict[str, Ask] = {
    "429, 3 times": is_limited,
    "500": is_broken,
    "A proxy's 404": is_a_proxys,
    "Dropped answer": is_dropped_after_the_work,
    "Half an answer": is_cut_off,
    "Slow, 10 times": is_late,
}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_makes_the_next_request_fail_as_it_says(
    open_page: OpenPage, emulator: EmulatorClient, name: str
) -> None:
    page = open_page()
    page.locator("#presets button").filter(has=page.get_by_text(name, exact=True)).click()
    expect(page.locator("#faults")).to_contain_text("The next")
    expect(page.locator("#said")).to_contain_text(name)
    PRESETS[name](emulator)


def test_every_preset_is_tested(open_page: OpenPage) -> None:
    assert open_page().locator("#presets strong").all_inner_texts() == list(PRESETS)


def test_the_faults_to_come_are_counted_down_and_cleared(open_page: OpenPage, emulator: EmulatorClient) -> None:
    page = open_page()
    to_come = page.get_by_role("list", name="To come")
    expect(to_come).to_have_text("None.")
    page.get_by_role("button", name="429, 3 times").click()
    expect(to_come).to_contain_text("The next 3 requests: 429 instead of the answer")
    listed(emulator)
    expect(to_come).to_contain_text("The next 2 requests")
    expect(page.locator("#request-rows .fault")).to_contain_text("429 instead of the answer, with Retry-After")
    page.get_by_role("button", name="Clear").nth(1).click()
    expect(to_come).to_have_text("None.")
    assert listed(emulator).status_code == 200


def test_an_assumption_is_varied_and_reset(open_page: OpenPage, emulator: EmulatorClient) -> None:
    emulator.assume(newest_first=False)
    emulator.seed(1)
    page = open_page()
    expect(page.get_by_label("newest_first")).to_have_value("no")
    expect(page.get_by_label("all_events")).to_be_hidden()
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("all_events").select_option("null")
    expect(page.locator("#assumption-count")).to_have_text("2 varied")
    assert listed(emulator).json()["data"][0]["enabled_events"] is None
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_label("all_events")).to_have_value("star")
    assert listed(emulator).json()["data"][0]["enabled_events"] == ["*"]


def test_each_kind_of_assumption_has_its_field(open_page: OpenPage, emulator: EmulatorClient) -> None:
    page = open_page()
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("requests_per_second").fill("1")
    page.get_by_label("requests_per_second").press("Tab")
    expect(page.locator("#assumption-count")).to_have_text("1 varied")
    page.locator(".assumption").filter(has_text="event_rules").locator("summary").click()
    page.get_by_label("lower", exact=True).check()
    expect(page.locator("#assumption-count")).to_have_text("2 varied")
    page.get_by_label("sort", exact=True).check()
    expect(page.locator(".assumption").filter(has_text="event_rules").locator("summary")).to_have_text("lower, sort")
    page.get_by_label("new_status").fill("pending")
    page.get_by_label("new_status").press("Enter")
    expect(page.locator("#assumption-count")).to_have_text("3 varied")
    page.get_by_label("requests_per_second").fill("")
    page.get_by_label("requests_per_second").press("Tab")
    expect(page.locator("#assumption-count")).to_have_text("2 varied")
    made = emulator.http.post(COLLECTION, json={"url": "https://a.example", "enabled_events": ["B", "a"]}).json()
    assert (made["status"], made["enabled_events"]) == ("pending", ["a", "b"])
