"""A `pulumi` on PATH that is a shell script, for what the command does with the CLI's answers."""

import json
import shlex
from collections.abc import Callable, Mapping

from pulumi_kinetic.values import JsonObject

Cli = Callable[[str], None]


def answering(state: JsonObject, config: Mapping[str, str], version: str = "v3.259.0") -> str:
    """A script that answers `stack export`, `stack --show-name` and `config`, whatever stack is asked for."""
    entries = {f"kinetic:{name}": {"value": value} for name, value in config.items()}
    export, configured = shlex.quote(json.dumps(state)), shlex.quote(json.dumps(entries))
    return f"""
case "$*" in
  *"stack export"*) printf %s {export};;
  *"config --json"*) printf %s {configured};;
  *"stack --show-name"*) echo dev;;
  *" version") echo {shlex.quote(version)};;
  *) echo "unexpected: $*" >&2; exit 255;;
esac
"""
