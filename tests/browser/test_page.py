"""What the page shows and what its buttons do, for a mouse and for the keyboard alone."""

import json
import re

import httpx
import pytest
from playwright.sync_api import Page, Response, expect

from pulumi_kinetic.emulator.server import Server
from support.emulator import EmulatorClient
from support.pages import OpenPage, Witness, row_of

COLLECTION = "/v1/webhook_endpoints"
HOSTILE = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


def tab_to(page: Page, name: str, presses: int = 60) -> None:
    """Press Tab until the element with this accessible name has the focus."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and name in (focused.get_attribute("aria-label"), focused.inner_text()):
            return
    raise AssertionError(f"{name} was not reached by {presses} presses of Tab")


def test_an_endpoint_is_disabled_and_enabled(open_page: OpenPage, emulator: EmulatorClient) -> None:
    (endpoint_id,) = emulator.seed(1)
    page = open_page()
    page.get_by_role("button", name=f"Disable {endpoint_id}").click()
    expect(row_of(page, endpoint_id).locator(".pill")).to_have_text("disabled")
    expect(page.locator("#said")).to_have_text(f"{endpoint_id} is disabled.")
    assert emulator.truth()[endpoint_id]["status"] == "disabled"
    page.get_by_role("button", name=f"Enable {endpoint_id}").click()
    expect(row_of(page, endpoint_id).locator(".pill")).to_have_text("enabled")
    assert emulator.truth()[endpoint_id]["status"] == "enabled"


def test_the_keyboard_alone_disables_an_endpoint_and_stays_where_it_is(
    open_page: OpenPage, emulator: EmulatorClient
) -> None:
    older, newer = emulator.seed(2)
    page = open_page()
    tab_to(page, f"Disable {older}")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("aria-label", f"Enable {older}")
    assert {emulator.truth()[each]["status"] for each in (older, newer)} == {"disabled", "enabled"}
    emulator.seed(1)
    expect(page.locator("#endpoint-rows tr")).to_have_count(3)
    expect(page.locator(":focus")).to_have_attribute("aria-label", f"Enable {older}")


def test_the_keyboard_alone_edits_and_deletes(open_page: OpenPage, emulator: EmulatorClient) -> None:
    (endpoint_id,) = emulator.seed(1)
    page = open_page()
    tab_to(page, f"Edit {endpoint_id}")
    page.keyboard.press("Enter")
    expect(page.get_by_label("URL")).to_be_focused()
    page.keyboard.type("https://changed.example/")
    page.keyboard.press("Enter")
    expect(row_of(page, endpoint_id).locator(".url")).to_have_text("https://changed.example/")
    tab_to(page, f"Delete {endpoint_id}")
    page.keyboard.press("Enter")
    tab_to(page, "Delete")
    page.keyboard.press("Escape")
    assert list(emulator.truth()) == [endpoint_id]
    page.get_by_role("button", name=f"Delete {endpoint_id}").press("Enter")
    tab_to(page, "Delete")
    page.keyboard.press("Enter")
    expect(page.get_by_text("There are none.")).to_be_visible()
    expect(page.locator("#endpoints")).to_be_focused()
    assert emulator.truth() == {}


def test_the_first_tab_leads_past_the_head(open_page: OpenPage) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the endpoints")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#endpoints")).to_be_focused()


def test_an_edit_changes_what_was_edited_and_nothing_else(open_page: OpenPage, emulator: EmulatorClient) -> None:
    (endpoint_id,) = emulator.seed(1)
    before = emulator.truth()[endpoint_id]
    page = open_page()
    page.get_by_role("button", name=f"Edit {endpoint_id}").click()
    page.get_by_label("Events, one a line").fill("judgment.created\n\n packet.created \n")
    page.get_by_label("Status", exact=True).fill("suspended")
    page.get_by_role("button", name="Save").click()
    expect(row_of(page, endpoint_id).locator(".pill")).to_have_text("suspended")
    expect(row_of(page, endpoint_id)).to_contain_text("judgment.created, packet.created")
    changed = {"enabled_events": ["judgment.created", "packet.created"], "status": "suspended"}
    assert emulator.truth() == {endpoint_id: {**before, **changed}}


def test_a_secret_is_in_the_page_only_while_it_is_asked_for(open_page: OpenPage, emulator: EmulatorClient) -> None:
    ids = emulator.seed(2)
    shown, other = (emulator.truth()[each]["signing_secret"] for each in ids)
    page = open_page()
    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response) if "overview" in response.url else None)
    assert "whsec_" not in page.content()
    page.get_by_role("button", name=f"Secret of {ids[0]}").click()
    expect(page.get_by_text(shown)).to_be_visible()
    assert other not in page.content()
    page.get_by_role("button", name=f"Hide the secret of {ids[0]}").click()
    # exact: without it, "Hide the secret of" has the name, too
    expect(page.get_by_role("button", name=f"Secret of {ids[0]}", exact=True)).to_be_visible()
    assert "whsec_" not in page.content()
    # The first of them: the button that shows a secret asks for the overview, too.
    assert "whsec_" not in answers[0].text()


def test_requests_appear_as_they_come_with_what_they_changed(open_page: OpenPage, emulator: EmulatorClient) -> None:
    page = open_page()
    expect(page.get_by_text("None yet.")).to_be_visible()
    body = {"url": "https://a.example/token-in-the-path"}
    made = [emulator.http.post(COLLECTION, json=body, headers={"Idempotency-Key": "key-1"}).json() for _ in range(2)]
    endpoint_id = made[0]["webhook_endpoint_id"]
    emulator.http.patch(f"{COLLECTION}/{endpoint_id}", json={"status": "disabled", "url": "https://b.example"})
    emulator.http.get(COLLECTION)
    emulator.http.delete(f"{COLLECTION}/{endpoint_id}")
    rows = page.locator("#request-rows tr")
    expect(rows).to_have_count(5)
    changes = [
        "deleted we_",
        "nothing",
        "changed url, status to disabled",
        "again, by its Idempotency-Key",
        "created we_",
    ]
    expect(rows.locator(".what")).to_contain_text(changes)
    expect(rows.locator(".answer")).to_have_text(["200", "200", "200", "201", "201"])
    assert "token-in-the-path" not in page.locator("#request-rows").inner_text()


def test_the_filter_finds_requests_by_whatever_is_shown(open_page: OpenPage, emulator: EmulatorClient) -> None:
    emulator.http.get(COLLECTION)
    emulator.http.get(f"{COLLECTION}/we_absent")
    page = open_page()
    rows = page.locator("#request-rows tr")
    expect(rows).to_have_count(2)
    page.get_by_label("Filter").fill("WE_abs")
    expect(rows).to_have_count(1)
    page.get_by_label("Filter").fill("404")
    expect(rows).to_have_count(1)
    page.get_by_label("Filter").fill("nothing like that")
    expect(page.get_by_text("None matches the filter.")).to_be_visible()
    page.get_by_role("button", name="Clear").first.click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    assert emulator.requests() == []


def test_what_the_emulator_holds_is_text_whatever_it_says(open_page: OpenPage, emulator: EmulatorClient) -> None:
    (endpoint_id,) = emulator.seed(1)
    emulator.edit(endpoint_id, url=HOSTILE, enabled_events=[HOSTILE], status=HOSTILE)
    emulator.faults({"method": HOSTILE, "path": HOSTILE}, {"times": 1, "headers": {"X-A": "b"}})
    emulator.http.get(f"/v1/{HOSTILE}")
    page = open_page()
    row = row_of(page, endpoint_id)
    for name in (".url", ".events", ".pill"):
        expect(row.locator(name)).to_have_text(HOSTILE)
    expect(page.locator("#request-rows .target")).to_contain_text("<script>")
    expect(page.locator("#faults")).to_contain_text(HOSTILE)
    page.get_by_role("button", name=f"Edit {endpoint_id}").click()
    expect(page.get_by_label("URL")).to_have_value(HOSTILE)
    assert page.locator("main img, main script").count() == 0
    assert page.title() == "Kinetic emulator"


@pytest.mark.parametrize("change", ["PATCH", "DELETE"])
def test_what_is_refused_is_said_and_the_truth_is_shown(
    open_page: OpenPage, emulator: EmulatorClient, witness: Witness, change: str
) -> None:
    (endpoint_id,) = emulator.seed(1)
    page = open_page()
    # the page doesn't hear of it yet, as where two people click at once
    stale = httpx.get(f"{emulator.url}/_emulator/overview").text
    page.route(re.compile("/_emulator/overview"), lambda route: route.fulfill(body=stale))
    emulator.remove(endpoint_id)
    button = {"PATCH": f"Disable {endpoint_id}", "DELETE": f"Delete {endpoint_id}"}[change]
    page.get_by_role("button", name=button).click()
    if change == "DELETE":
        page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("That didn't work: the emulator refused it (404)")
    page.unroute_all()
    emulator.seed(1)
    expect(row_of(page, endpoint_id)).to_have_count(0)
    witness.complaints.clear()  # of the 404


def test_the_page_goes_on_when_the_emulator_is_back(open_page: OpenPage, witness: Witness) -> None:
    with Server() as first:
        port = int(first.url.rpartition(":")[2])
        page = open_page(first.url)
        page.get_by_role("button", name="Add one by hand").click()
        expect(page.locator("#endpoint-rows tr")).to_have_count(1)
    expect(page.get_by_text("No connection. Trying again…")).to_be_visible()
    page.get_by_role("button", name="Add one by hand").click()
    expect(page.get_by_role("alert")).to_contain_text("the emulator doesn't answer")
    with Server(port) as second:
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        expect(page.locator("#endpoint-rows tr")).to_have_count(0)
        page.get_by_role("button", name="Add one by hand").click()
        expect(page.locator("#endpoint-rows tr")).to_have_count(1)
        expect(page.get_by_role("alert")).to_be_hidden()
        with EmulatorClient(second.url) as emulator:
            assert len(emulator.truth()) == 1
    witness.complaints.clear()  # of the connections that were refused


def test_a_stack_is_pointed_here_by_what_the_page_says(open_page: OpenPage, emulator: EmulatorClient) -> None:
    lines = open_page().locator("#stack-lines code").all_inner_texts()
    assert lines == [
        f"pulumi config set kinetic:baseUrl {emulator.url}",
        "pulumi config set --secret kinetic:apiKey md_test_emulator",
    ]


def test_more_endpoints_and_requests_than_the_page_shows_are_counted(
    open_page: OpenPage, emulator: EmulatorClient
) -> None:
    emulator.seed(1234)
    page = open_page()
    expect(page.locator("#endpoint-count")).to_have_text("latest 200 of 1234")
    expect(page.locator("#endpoint-rows tr")).to_have_count(200)


def test_the_browser_itself_refuses_another_server_and_html_from_text(
    open_page: OpenPage, emulator: EmulatorClient, witness: Witness
) -> None:
    page = open_page()
    elsewhere = json.dumps(emulator.url.replace("127.0.0.1", "localhost"))
    assert page.evaluate(f"fetch({elsewhere}).then(() => 'sent', () => 'refused')") == "refused"
    html = "try { document.body.innerHTML = '<b>x</b>'; 'taken' } catch { 'refused' }"
    assert page.evaluate(html) == "refused"
    assert [text for text in witness.complaints if "Content Security Policy" in text]
    witness.complaints.clear()
