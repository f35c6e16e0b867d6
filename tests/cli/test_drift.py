import json
from typing import Any

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.account import account_of
from pulumi_kinetic.answers import RemoteEndpoint
from pulumi_kinetic.cli.drift import Change, changes_of, find_drift, without_ignored
from pulumi_kinetic.cli.state import declared_endpoints
from support.emulator import KEY, PRODUCTION_KEY, READ_ONLY_KEY, EmulatorClient
from support.exports import (
    PLUGIN,
    ExportedStack,
    endpoint_entry,
    exported,
    pending,
    provider_entry,
    provider_reference,
    secret,
)

BASE = {"url": "https://example.com/hooks", "enabledEvents": ["a", "b"], "status": "enabled"}


def changes(declared: dict[str, Any], *secrets: str, ignored: list[str] | None = None, **actual: Any) -> list[Change]:
    """The changes of an endpoint whose declaration and actual values differ from the base as given."""
    inputs = {name: value for name, value in {**BASE, **declared}.items() if value is not None}
    entry = endpoint_entry("orders", "we_1", inputs=inputs, ignoreChanges=ignored or [])
    (found,) = declared_endpoints(exported([entry]))
    given = {"url": BASE["url"], "enabled_events": ["a", "b"], "status": "enabled", **actual}
    return changes_of(found, RemoteEndpoint(webhook_endpoint_id="we_1", **given), *secrets)


def test_each_property_is_compared_by_its_meaning() -> None:
    assert changes({}, enabled_events=["b", "a", "a"], url="https://EXAMPLE.com:443/hooks") == []
    assert changes({"enabledEvents": None}, enabled_events=["*"]) == []
    assert changes({}, url="https://example.com/other", status="suspended") == [
        Change("url", "https://example.com/hooks", "https://example.com/other"),
        Change("status", "enabled", "suspended"),
    ]


def test_what_was_left_out_is_shown_as_what_it_means() -> None:
    declared = {"enabledEvents": None, "status": None}
    assert changes(declared, enabled_events=["a"], status="disabled") == [
        Change("enabled_events", ["*"], ["a"]),
        Change("status", "enabled", "disabled"),
    ]
    assert changes({}, enabled_events=[]) == [Change("enabled_events", ["a", "b"], [])]


def test_events_that_one_side_only_has_come_first() -> None:
    assert changes({"enabledEvents": ["a", "b", "z"]}, enabled_events=["c", "b", "a"]) == [
        Change("enabled_events", ["z", "a", "b"], ["c", "a", "b"])
    ]


def test_of_a_secret_url_scheme_and_host_are_shown() -> None:
    url = secret("https://example.com/T0/TOKEN")
    assert changes({"url": url}, url="https://other.example/T1/OTHER") == [
        Change("url", "https://example.com", "https://other.example")
    ]
    hidden = "https://example.com (differs in what isn't shown)"
    assert changes({"url": url}, url="https://example.com/T1/OTHER") == [Change("url", hidden, hidden)]
    assert changes({"enabledEvents": [secret("a")]}, enabled_events=["b"]) == [
        Change("enabled_events", "[redacted] (differs in what isn't shown)", "[redacted] (differs in what isn't shown)")
    ]


def test_credentials_and_query_of_a_plain_url_are_not_shown() -> None:
    (change,) = changes({"url": "https://user:pass@example.com/?token=1"}, url="https://user:pass@example.com/?token=2")
    assert change.recorded == change.actual == "https://***@example.com/… (differs in what isn't shown)"


def test_what_a_server_sends_back_shows_no_secret() -> None:
    (url, events) = changes({}, "secret-key", url="https://e.example/secret-key", enabled_events=["whsec_1a"])
    assert url.actual == "https://e.example/[redacted]"
    assert events.actual == ["[redacted]"]


@pytest.mark.parametrize(
    ("paths", "differing"),
    [
        ([], ["url", "enabledEvents", "status"]),
        (["url", "status"], ["enabledEvents"]),
        (["enabledEvents"], ["url", "status"]),
        (['["status"]'], ["url", "enabledEvents"]),
        (["*"], []),
        (["enabledEvents[0]"], ["url", "enabledEvents", "status"]),
        (["enabledEvents[0]", "enabledEvents[1]"], ["url", "status"]),
        (["enabledEvents[*]"], ["url", "status"]),
        (["enabledEvents[9]", "else", "url.host", "["], ["url", "enabledEvents", "status"]),
    ],
)
def test_what_the_program_ignores_is_no_change(paths: list[str], differing: list[str]) -> None:
    actual = {"url": "https://other.example", "enabled_events": ["c", "d"], "status": "disabled"}
    names = {"enabled_events": "enabledEvents"}
    assert [names.get(change.property, change.property) for change in changes({}, ignored=paths, **actual)] == differing


def test_an_item_that_one_side_only_has_can_not_be_ignored() -> None:
    wanted = without_ignored({"enabledEvents": ["a", "b"]}, {"enabledEvents": ["c"]}, ["enabledEvents[*]"])
    assert wanted["enabledEvents"] == ["c", "b"]


@pytest.fixture
def config(emulator: EmulatorClient) -> dict[str, str]:
    return {"apiKey": KEY, "baseUrl": emulator.url, "maxRetries": "0"}


@pytest.fixture
def world(emulator: EmulatorClient) -> list[dict[str, Any]]:
    """Four endpoints as a stack declares them; the second was changed since, the third deleted."""
    ids = emulator.seed(4)
    entries = [
        endpoint_entry(
            f"e{number}", made, inputs={"url": emulator.truth()[made]["url"], "idempotencyKey": secret(f"key-{number}")}
        )
        for number, made in enumerate(ids)
    ]
    emulator.edit(ids[1], status="disabled")
    emulator.remove(ids[2])
    emulator.clear_log()
    return entries


def test_changed_missing_and_unmanaged_are_found_in_one_export_and_one_listing(
    emulator: EmulatorClient, world: list[dict[str, Any]], config: dict[str, str]
) -> None:
    stack = ExportedStack(exported(world[:3]), config)
    report = find_drift([stack], {})
    (drift,) = report.stacks
    assert [(one.name, [change.property for change in one.changes]) for one in drift.changed] == [("e1", ["status"])]
    assert [one.name for one in drift.missing] == ["e2"]
    assert [one.webhook_endpoint_id for one in report.unmanaged] == [world[3]["id"]]
    assert [one.origin for one in report.unmanaged] == ["https://example.com"]
    assert stack.exports == 1
    assert [request["path"] for request in emulator.requests()] == [
        "/v1/webhook_endpoints",
        f"/v1/webhook_endpoints/{world[2]['id']}",  # an absence from the listing is confirmed
        f"/v1/webhook_endpoints/{world[3]['id']}",  # and that the API's not_found is worth something
    ]


def test_many_endpoints_cost_a_request_for_each_hundred(emulator: EmulatorClient, config: dict[str, str]) -> None:
    emulator.seed(1001)
    made = {name: truth["url"] for name, truth in emulator.truth().items()}
    emulator.clear_log()
    entries = [endpoint_entry(name, name, inputs={"url": url}) for name, url in made.items()]
    halves = [ExportedStack(exported(part), config) for part in (entries[:500], entries[500:])]
    report = find_drift(halves, {})
    assert report.is_as_declared
    assert report.unmanaged == []
    assert len(emulator.requests()) == 11


def test_unmanaged_endpoints_count_only_where_they_are_asked_for(
    world: list[dict[str, Any]], config: dict[str, str]
) -> None:
    first, fourth = ExportedStack(exported(world[:1]), config), world[3]["id"]
    assert find_drift([first], {}).is_as_declared
    assert not find_drift([first], {}, unmanaged=True).is_as_declared
    ignored = {world[1]["id"], fourth}
    assert find_drift([first], {}, unmanaged=True, ignored=ignored).is_as_declared
    other = ExportedStack(exported([world[1] | {"ignoreChanges": ["*"]}, world[3]]), config, "other")
    assert find_drift([first, other], {}, unmanaged=True).is_as_declared


def test_a_stack_without_endpoints_needs_a_key_only_for_what_is_unmanaged(
    emulator: EmulatorClient, world: list[dict[str, Any]], config: dict[str, str]
) -> None:
    assert find_drift([ExportedStack(exported([]))], {}).is_as_declared
    assert emulator.requests() == []
    assert len(find_drift([ExportedStack(exported([]), config)], {}, unmanaged=True).unmanaged) == len(world) - 1
    with pytest.raises(errors.SettingsError, match="the API key is missing"):
        find_drift([ExportedStack(exported([]))], {}, whole_environment=True)


def test_each_endpoint_is_asked_for_with_the_key_of_its_provider(
    emulator: EmulatorClient, config: dict[str, str]
) -> None:
    (own,), (other,) = emulator.seed(1), emulator.seed(1, "production")
    urls = {name: truth["url"] for name, truth in emulator.truth().items()}
    explicit = provider_entry("live", apiKey=secret(PRODUCTION_KEY), baseUrl=emulator.url)
    reference = provider_reference("live")
    entries = [
        endpoint_entry("own", own, PLUGIN, inputs={"url": urls[own]}),
        endpoint_entry(
            "live",
            other,
            PLUGIN,
            inputs={"url": urls[other]},
            outputs={"environment": "production"},
            provider=reference,
        ),
    ]
    entries[1]["outputs"]["environment"] = "production"
    stack = ExportedStack(exported([explicit, *entries]), config)
    assert find_drift([stack], {}, unmanaged=True).is_as_declared
    entries[1]["outputs"]["environment"] = "sandbox"
    with pytest.raises(errors.EnvironmentMismatchError, match=f"{other} belongs to the sandbox environment"):
        find_drift([stack], {})
    del explicit["inputs"]["apiKey"]
    with pytest.raises(errors.SettingsError, match='provider "live": the API key is missing'):
        find_drift([stack], {})


def test_a_key_that_sees_none_of_several_endpoints_is_rather_a_wrong_one(
    emulator: EmulatorClient, config: dict[str, str]
) -> None:
    entries = [endpoint_entry(name, f"we_{name}") for name in ("a", "b", "c")]
    with pytest.raises(errors.AccountMismatchError, match=r"we_a: it doesn't exist at .* with this API key"):
        find_drift([ExportedStack(exported(entries), config)], {})
    assert len(emulator.requests()) == 2
    (drift,) = find_drift([ExportedStack(exported(entries[:1]), config)], {}).stacks
    assert [one.name for one in drift.missing] == ["a"]


def test_a_key_that_has_seen_the_endpoints_before_may_say_that_all_are_gone(
    emulator: EmulatorClient, config: dict[str, str]
) -> None:
    here = str(account_of(emulator.settings()))
    entries = [endpoint_entry(name, f"we_{name}", outputs={"account": here}) for name in ("a", "b")]
    (drift,) = find_drift([ExportedStack(exported(entries), config)], {}).stacks
    assert [one.name for one in drift.missing] == ["a", "b"]


def test_a_gateway_that_finds_nothing_reports_nothing_as_missing(
    emulator: EmulatorClient, world: list[dict[str, Any]], config: dict[str, str]
) -> None:
    listing = {"has_more": False, "data": [emulator.truth()[world[0]["id"]]]}
    emulator.faults(
        {"method": "GET", "status": 200, "body": json.dumps(listing)},
        {"method": "GET", "status": 404, "body": '{"code": "not_found"}', "times": 9},
    )
    with pytest.raises(errors.UnreadableAnswerError, match="but answers not_found when that is read"):
        find_drift([ExportedStack(exported(world), config)], {})


def test_an_entry_that_can_not_be_read_is_a_note(
    emulator: EmulatorClient, world: list[dict[str, Any]], config: dict[str, str]
) -> None:
    listing = {"has_more": False, "data": [emulator.truth()[world[0]["id"]], {"webhook_endpoint_id": "we_odd"}]}
    emulator.faults({"method": "GET", "status": 200, "body": json.dumps(listing)})
    report = find_drift([ExportedStack(exported(world[:1]), config)], {})
    assert report.is_as_declared
    (note,) = report.notes
    assert "we_odd" in note


def test_a_key_that_may_only_read_is_enough(world: list[dict[str, Any]], config: dict[str, str]) -> None:
    report = find_drift([ExportedStack(exported(world), config | {"apiKey": READ_ONLY_KEY})], {})
    assert (report.changed, report.missing) == (1, 1)


def test_what_nobody_declares_is_managed_but_not_compared(world: list[dict[str, Any]], config: dict[str, str]) -> None:
    world[1]["delete"] = True
    world[2]["pendingReplacement"] = True
    report = find_drift([ExportedStack(exported(world), config)], {}, unmanaged=True)
    assert report.is_as_declared
    assert report.stacks[0].declared == 2


def test_an_endpoint_that_a_program_only_reads_is_compared_with_what_it_has_read(
    emulator: EmulatorClient, config: dict[str, str]
) -> None:
    (made,) = emulator.seed(1)
    read = {"url": emulator.truth()[made]["url"], "status": "enabled", "enabledEvents": ["*"]}
    entry = endpoint_entry("read", made, PLUGIN, external=True, inputs={}, outputs=read)
    assert find_drift([ExportedStack(exported([entry]), config)], {}).is_as_declared
    emulator.edit(made, status="disabled")
    assert find_drift([ExportedStack(exported([entry]), config)], {}).changed == 1


def test_an_entry_of_a_listing_that_says_less_than_a_read_is_read(
    emulator: EmulatorClient, world: list[dict[str, Any]], config: dict[str, str]
) -> None:
    world[0]["inputs"]["enabledEvents"] = ["a"]
    world[0]["outputs"]["enabledEvents"] = ["a"]
    emulator.edit(world[0]["id"], enabled_events=["a"])
    emulator.clear_log()
    entry = {**emulator.truth()[world[0]["id"]], "enabled_events": None}
    emulator.faults({"method": "GET", "status": 200, "body": json.dumps({"has_more": False, "data": [entry]})})
    assert find_drift([ExportedStack(exported(world[:1]), config)], {}).is_as_declared


def test_interrupted_creates_are_mentioned(world: list[dict[str, Any]], config: dict[str, str]) -> None:
    report = find_drift([ExportedStack(exported(world[:1], [pending("new")]), config)], {})
    (note,) = report.notes
    assert note.startswith("dev: 1 create was interrupted. What a create has made counts as unmanaged until")
