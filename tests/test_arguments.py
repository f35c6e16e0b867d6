import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pydantic.alias_generators import to_camel

from pulumi_kinetic import arguments
from pulumi_kinetic.dynamic import WebhookEndpoint
from support import outputs
from support.sdk import OUTPUTS

NAMES = ["b", "a", "c"]


def generator() -> Iterator[str]:
    yield from NAMES


def resolved(make: Callable[[], object]) -> Any:
    """What an Output leads to; it is made where its event loop runs."""

    async def run() -> object:
        made = make()
        assert isinstance(made, pulumi.Output)
        return await made.future()

    return outputs.run(run())


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (NAMES, NAMES),
        (tuple(NAMES), NAMES),
        (generator(), NAMES),
        (map(str.upper, NAMES), ["B", "A", "C"]),
        (dict.fromkeys(NAMES).values(), [None, None, None]),
        (set(NAMES), ["a", "b", "c"]),
        (frozenset(NAMES), ["a", "b", "c"]),
        (dict.fromkeys(NAMES).keys(), ["a", "b", "c"]),
        ({"a", 7}, [7, "a"]),
        (set(), []),
        (range(2), [0, 1]),
    ],
)
def test_any_iterable_of_names_is_sent_as_a_list_and_a_set_in_order(given: object, sent: list[object]) -> None:
    assert arguments.event_names(given) == sent


@pytest.mark.parametrize("given", [None, "a", b"a", bytearray(b"a"), {"a": 1}, 7, True, object()])
def test_what_can_not_be_names_is_left_to_check(given: object) -> None:
    assert arguments.event_names(given) is given


async def later(value: Any) -> Any:
    await asyncio.sleep(0)
    return value


@pytest.mark.parametrize(
    "make",
    [
        lambda: pulumi.Output.from_input(frozenset(NAMES)),
        lambda: later(set(NAMES)),
        lambda: pulumi.Output.from_input(later(dict.fromkeys(NAMES).keys())),
        lambda: {pulumi.Output.from_input(name) for name in NAMES},
        lambda: {pulumi.Output.from_input("a"), "c", "b"},
    ],
)
def test_a_set_that_is_known_later_is_sent_in_order(make: Callable[[], object]) -> None:
    assert resolved(lambda: arguments.event_names(make())) == ["a", "b", "c"]


def test_a_generator_that_is_known_later_is_consumed_once() -> None:
    assert resolved(lambda: arguments.event_names(pulumi.Output.from_input(generator()))) == NAMES


def test_names_that_are_known_later_stay_where_they_are() -> None:
    async def run() -> object:
        names = arguments.event_names(pulumi.Output.from_input(name) for name in NAMES)
        assert isinstance(names, list)
        return [await name.future() for name in names]

    assert outputs.run(run()) == NAMES


def test_what_is_known_later_and_no_names_is_left_to_check() -> None:
    assert resolved(lambda: arguments.event_names(pulumi.Output.from_input("a"))) == "a"


def test_what_can_be_sent_passes_for_check_to_judge() -> None:
    given = {"url": 5, "enabled_events": ["a", None, {"b": 1.5}], "status": None}
    assert arguments.declared_inputs(**given) == given


def test_what_only_an_adoption_needs_is_not_sent_without_a_value() -> None:
    given = {"url": None, "enabled_events": None, "adopt": None, "existing_signing_secret": None}
    assert arguments.declared_inputs(**given) == {"url": None, "enabled_events": None}
    assert arguments.declared_inputs(**{**given, "adopt": "we_1"})["adopt"] == "we_1"


def test_each_argument_that_can_not_be_sent_is_named_without_its_value() -> None:
    values = {"url": Path("/s3cr3t"), "enabled_events": ["a", b"s3cr3t"], "existing_signing_secret": b"s3cr3t"}
    with pytest.raises(TypeError) as raised:
        arguments.declared_inputs(**values)
    assert str(raised.value).replace("Posix", "").replace("Windows", "") == (
        "url must be a string, not Path; existing_signing_secret must be a string, not bytes; "
        "enabled_events must be names of events, not bytes"
    )


def test_an_awaitable_is_sent() -> None:
    async def run() -> None:
        value: Awaitable[object] = later("https://a.example")
        assert arguments.declared_inputs(url=value, enabled_events=None)["url"] is value
        await value

    outputs.run(run())


def test_an_import_is_refused_with_what_to_use_instead() -> None:
    with pytest.raises(pulumi.RunError) as raised:
        arguments.require_supported("orders", pulumi.ResourceOptions(import_="we_1"))
    assert str(raised.value).startswith(
        "orders: the option `import_` can't work on a dynamic resource: give adopt='we_1'"
    )


def test_a_replacement_by_property_is_refused_with_what_to_use_instead() -> None:
    with pytest.raises(arguments.OptionError, match="orders: the option `replace_on_changes` has no effect"):
        arguments.require_supported("orders", pulumi.ResourceOptions(replace_on_changes=["url"]))


NO_PROPERTIES = ["url", "enabledevents", "enabled_event[0]"]


@pytest.mark.parametrize(
    ("option", "options"),
    [
        ("ignore_changes", pulumi.ResourceOptions(ignore_changes=NO_PROPERTIES)),
        ("additional_secret_outputs", pulumi.ResourceOptions(additional_secret_outputs=NO_PROPERTIES)),
    ],
)
def test_an_option_that_names_no_property_is_refused(option: str, options: pulumi.ResourceOptions) -> None:
    """pulumi#7081: such a name was passed over in silence until what it should have kept was changed."""
    with pytest.raises(arguments.OptionError) as raised:
        arguments.require_supported("orders", options)
    known = (
        "url, enabled_events, status, adopt, existing_signing_secret, webhook_endpoint_id, created_at, environment, "
        "signing_secret"
    )
    assert str(raised.value) == "\n".join(
        f"orders: the option `{option}` names {name!r}, which is no property of a webhook endpoint; those are: {known}"
        for name in ("enabledevents", "enabled_event[0]")
    )


PATHS = ["url", "*", "enabledEvents[0]", "enabled_events[0]", '["enabled_events"][0]', "__provider", "signingSecret"]


def test_a_path_into_a_property_begins_with_the_schemas_name() -> None:
    translated = [arguments.schema_path(path) for path in PATHS]
    assert translated == [path.replace("enabled_events", "enabledEvents") for path in PATHS]


@pytest.mark.parametrize(
    "options",
    [
        None,
        pulumi.ResourceOptions(protect=True),
        pulumi.ResourceOptions(ignore_changes=PATHS, additional_secret_outputs=["url", "createdAt"]),
    ],
)
def test_other_options_are_not_refused(options: pulumi.ResourceOptions | None) -> None:
    arguments.require_supported("orders", options)


def test_the_schemas_names_are_those_of_python_in_camel_case() -> None:
    given = inspect.signature(WebhookEndpoint).parameters.keys() - {"resource_name", "opts"}
    names = {*given, *OUTPUTS, "idempotency_key"}
    assert {name: to_camel(name) for name in names if to_camel(name) != name} == arguments.SCHEMA_NAMES


def test_a_refused_option_lists_every_property_there_is() -> None:
    given = inspect.signature(WebhookEndpoint).parameters.keys() - {"resource_name", "opts"}
    options = pulumi.ResourceOptions(ignore_changes=["colour"])
    with pytest.raises(arguments.OptionError) as raised:
        arguments.require_supported("orders", options)
    listed = str(raised.value).rpartition("those are: ")[2].split(", ")
    assert sorted(listed) == sorted({*given, *OUTPUTS})
