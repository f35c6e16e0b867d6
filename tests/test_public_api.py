"""What `import pulumi_kinetic` gives, in a process of its own: the tests' process has imported everything."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

import pulumi_kinetic
from pulumi_kinetic import arguments, dynamic, errors, lookups, rotating

HEAVY = ("pulumi", "httpx", "grpc", "google.protobuf", "pydantic")
RUN_WITH_MOCKS = """
import json
import pulumi

declared = {}

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        if args.typ.endswith(":WebhookEndpoint"):
            inputs = {name: value for name, value in args.inputs.items() if name != "__provider"}
            declared[args.name] = {**inputs, "type": args.typ}
        if args.typ == "pulumi:pulumi:StackReference":
            return args.name, {**args.inputs, "outputs": {"url": "https://platform.example"}}
        return args.name, {"name": args.name, **args.inputs}

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks())
pulumi.runtime.set_all_config({"project:receiver": "https://receiver.example"})
import typed_program

pulumi.runtime.test(typed_program.main)()
refused = typed_program.refuse_an_option(pulumi.ResourceOptions(import_="we_1"))
print(json.dumps({"declared": declared, "looked up": typed_program.look_up(), "refused": refused}))
"""


def printed_by(code: str, *options: str) -> Any:
    """Run Python in a process of its own, without settings, and return the JSON that it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KINETIC_")}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, *options, "-c", code]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 our own code
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def imported_after(statements: str) -> list[str]:
    return printed_by(  # type: ignore[no-any-return]
        f"import json, sys, pulumi_kinetic\n{statements}\n"
        f"print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    )


def test_importing_the_package_alone_imports_nothing_heavy() -> None:
    assert imported_after("") == []


def test_looking_at_the_package_imports_nothing_heavy() -> None:
    assert imported_after("dir(pulumi_kinetic); pulumi_kinetic.__version__; hasattr(pulumi_kinetic, 'other')") == []


def test_an_error_is_caught_by_name_without_the_sdk() -> None:
    assert imported_after("pulumi_kinetic.NotFoundError") == []


def test_the_resource_brings_the_sdk_and_no_more() -> None:
    """A program that declares endpoints sends no request, and checks nothing: the provider does, in its own process."""
    assert imported_after("pulumi_kinetic.WebhookEndpoint") == ["pulumi", "grpc", "google.protobuf"]


def test_a_look_up_brings_all() -> None:
    """Also the guard of the tests above: what they look for is seen where it is."""
    assert imported_after("pulumi_kinetic.get_webhook_endpoint") == list(HEAVY)


def test_the_error_of_an_option_brings_the_sdk_whose_error_it_is() -> None:
    assert "pulumi" in imported_after("pulumi_kinetic.OptionError")


def test_every_public_name_is_listed_before_it_is_used() -> None:
    listed = printed_by("import json, pulumi_kinetic; print(json.dumps(dir(pulumi_kinetic)))", "-W", "error")
    assert set(pulumi_kinetic.__all__) <= set(listed)


def test_a_star_import_brings_every_public_name() -> None:
    code = "import json\nfrom pulumi_kinetic import *\nprint(json.dumps([name for name in dir() if name[0] != '_']))"
    assert sorted(set(printed_by(code)) - {"json"}) == pulumi_kinetic.__all__


def test_a_public_name_is_what_its_module_has() -> None:
    assert pulumi_kinetic.WebhookEndpoint is dynamic.WebhookEndpoint
    assert pulumi_kinetic.RotatingWebhookEndpoint is rotating.RotatingWebhookEndpoint
    assert pulumi_kinetic.list_webhook_endpoints is lookups.list_webhook_endpoints
    assert pulumi_kinetic.NotFoundError is errors.NotFoundError
    assert pulumi_kinetic.OptionError is arguments.OptionError


@pytest.mark.parametrize("name", ["NoSuchError", "webhook_endpoint", "import_module_"])
def test_an_unknown_attribute_is_a_normal_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"^module 'pulumi_kinetic' has no attribute '{name}'$"):
        getattr(pulumi_kinetic, name)
    assert getattr(pulumi_kinetic, name, None) is None


def test_an_unknown_name_cannot_be_imported() -> None:
    with pytest.raises(ImportError, match="cannot import name 'NoSuchError' from 'pulumi_kinetic'"):
        exec("from pulumi_kinetic import NoSuchError", {})  # noqa: S102 mypy would see it otherwise


def test_a_program_of_users_habits_declares_what_it_says() -> None:
    ran = printed_by(RUN_WITH_MOCKS)
    declared = ran["declared"]
    types = {resource["type"] for resource in declared.values()}
    assert types == {"pulumi-python:dynamic/kinetic:WebhookEndpoint"}
    forms = {name: (made["url"], made.get("enabledEvents"), made.get("status")) for name, made in declared.items()}
    secret_url = forms.pop("secret")[0]
    assert secret_url["value"] == "https://a.example/token"
    assert forms == {
        "plain": ("https://example.com/plain", None, "enabled"),
        "literals": ("https://a.example", ["a", "b"], "disabled"),
        "tuple": ("https://a.example", ["a", "b"], "enabled"),
        "all": ("https://a.example", None, "enabled"),
        "output": ("https://hooks.example.com/x", ["a", "b"], "enabled"),
        "mixed": ("https://hooks.example.com", ["a", "hooks.example.com"], "enabled"),
        "copied": ("https://example.com/plain", None, "enabled"),
        "configured": ("https://a.example", None, "disabled"),
        "adopted": ("https://a.example", None, "enabled"),
        "audited": ("https://example.com/plain", ["audit.created"], "enabled"),
        "receiver": ("https://hooks.example.com/hooks", None, "enabled"),
        "set": ("https://a.example", ["a", "b", "c"], "enabled"),
        "frozenset": ("https://a.example", ["a", "b"], "enabled"),
        "keys": ("https://a.example", ["a", "b"], "enabled"),
        "generator": ("https://a.example", ["b", "a"], "enabled"),
        "outputs": ("https://a.example", ["other", "other"], "enabled"),
        "later": ("https://a.example", ["a", "b", "other"], "enabled"),
        "team-b": ("https://b.example", ["b.made"], "enabled"),
        "team-a": ("https://a.example", ["a.made", "a.gone"], "enabled"),
        "status": ("https://receiver.example", None, None),
        "no-status": ("https://a.example", None, None),
        "reference": ("https://platform.example", None, "enabled"),
        "random": ("https://a.example/other", None, "enabled"),
        "options": ("https://a.example", None, "enabled"),
        "rotating-1": ("https://other.example", ["b", "a"], "enabled"),
        "prepared-2": ("https://a.example", None, "enabled"),
        "prepared-3": ("https://a.example", None, "disabled"),
    }
    assert ran["looked up"][0].startswith("the API key is missing")
    assert ran["refused"].startswith("imported: the option `import_` can't work on a dynamic resource")
