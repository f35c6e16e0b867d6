"""The YAML programs of docs/guides/rotate.md, step by step at the plugin.

A small reader stands for Pulumi's language host for YAML, which isn't to be had everywhere.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import yaml
from pydantic.alias_generators import to_snake

from support.emulator import EmulatorClient
from support.programs import expect_truth
from support.sdk import WebhookEndpoint
from support.stack import Deployment

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "rotate.md").read_text()
BLOCKS = re.findall(r"^```yaml\n(resources:.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
STEPS = [yaml.safe_load(block) for block in BLOCKS]
NAME, PROPERTY = re.compile(r"\$\{([\w-]+)\}"), re.compile(r"\$\{([\w-]+)\.(\w+)\}")


class Program:
    """A program in YAML."""

    def __init__(self, step: dict[str, Any]) -> None:
        self.resources = step["resources"]
        self.outputs = step["outputs"]
        self.declared: dict[str, WebhookEndpoint] = {}

    def __call__(self) -> None:
        self.declared = {}
        for name in self.resources:
            self.declare(name)
        for name, texts in self.outputs.items():
            pulumi.export(name, pulumi.Output.all(*[self.output(text) for text in texts]))

    def declare(self, name: str) -> WebhookEndpoint:
        """A resource; what it depends on comes first."""
        if name not in self.declared:
            resource = self.resources[name]
            assert (resource["type"], resource.keys() - {"type", "properties", "options"}) == (
                "kinetic:WebhookEndpoint",
                set(),
            )
            given = {"dependsOn": [], **resource.get("options", {})}
            before = [self.declare(referred(NAME, text)[0]) for text in given.pop("dependsOn")]
            assert given == {}
            options = pulumi.ResourceOptions(depends_on=before)
            self.declared[name] = WebhookEndpoint(name, **resource["properties"], opts=options)
        return self.declared[name]

    def output(self, text: str) -> pulumi.Output[str]:
        name, output = referred(PROPERTY, text)
        value: pulumi.Output[str] = getattr(self.declared[name], to_snake(output))
        return value


def referred(form: re.Pattern[str], text: str) -> tuple[str, ...]:
    match = form.fullmatch(text)
    assert match, text
    return match.groups()


def test_the_steps_in_yaml_are_the_steps_of_the_component(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(lambda: None)
    ids: list[str] = []
    done = []
    for step in STEPS:
        deployment.program = Program(step)
        emulator.clear_log()
        outputs = deployment.up_clean().outputs
        ids += [known for known in emulator.truth() if known not in ids]
        requests = [
            (request["method"], *(ids.index(known) + 1 for known in ids if known in request["path"]), request["body"])
            for request in emulator.requests("POST", "PATCH", "DELETE")
        ]
        done.append([(*request[:-1], request[-1] if request[0] == "PATCH" else "") for request in requests])
        expect_truth(deployment, emulator)
        assert outputs["signingSecrets"].secret
        truth = emulator.truth()
        assert sorted(outputs["signingSecrets"].value) == sorted(made["signing_secret"] for made in truth.values())
        current = next(made for made in truth.values() if made["status"] == "enabled")
        assert outputs["signingSecrets"].value[0] == current["signing_secret"]
    disable, enable = '{"status":"disabled"}', '{"status":"enabled"}'
    assert done == [
        [("POST", "")],
        [("POST", ""), ("PATCH", 2, disable)],
        [("PATCH", 2, enable), ("PATCH", 1, disable)],
        [("DELETE", 1, "")],
    ]
