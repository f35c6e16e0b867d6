"""Record the state that this version of the package leaves, at both doors: `make state`, for each landed version.

Deploys the program of tests/support/recorded.py with the real engine to an emulator, and writes into tests/states what
`pulumi stack export` prints and the endpoints that the emulator has. What is recorded is never overwritten: later
code has to work with it. See docs/contributing/testing.md#recorded-states.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

import engine  # noqa: E402 the tests' harness is on the path now
from pulumi_kinetic import __version__  # noqa: E402
from pulumi_kinetic.emulator.server import Server  # noqa: E402
from support import recorded  # noqa: E402
from support.sdk import RESOURCE_BY_DOOR  # noqa: E402

OF_THE_MACHINE = ("sourcePosition", "stackTrace")
SEED = {
    identifier: {
        "webhook_endpoint_id": identifier,
        "url": f"https://example.com/{name}",
        "enabled_events": ["*"],
        "status": "enabled",
        "created_at": "2026-06-11T00:00:00Z",
        "signing_secret": recorded.ADOPTED_SECRETS[identifier],
        "environment": "sandbox",
    }
    for name, identifier in (("adopted", recorded.ADOPTED), ("adopted-with-secret", recorded.ADOPTED_WITH_SECRET))
}


def main() -> None:
    """Record both doors, or refuse where one of their files exists."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suffix", default="", help='tells two states of one version apart: "-b" gives 0.1.0-b')
    version = __version__ + parser.parse_args().suffix
    recordings = [recorded.Recording(version, door) for door in RESOURCE_BY_DOOR]
    if existing := [path.name for each in recordings for path in (each.state, each.store) if path.exists()]:
        sys.exit(
            f"{', '.join(existing)}: recorded already, and never overwritten. "
            "Raise the version, or give a --suffix to record this one again."
        )
    # Nothing is written before both doors have been recorded.
    written = [(recording, *_record(recording.door)) for recording in recordings]
    recorded.STATES.mkdir(exist_ok=True)
    for recording, state, endpoints in written:
        _write(recording.state, state)
        _write(recording.store, {"endpoints": endpoints})


def _record(door: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Deploy at a door; the exported state, and the emulator's endpoints by id."""
    with tempfile.TemporaryDirectory() as name:
        store = Path(name) / "emulator.json"
        store.write_text(json.dumps({"endpoints": SEED}))
        with Server(state=store) as server:
            program = recorded.RecordedProgram(door, server.url, recorded.names_of(door))
            deployment = recorded.deploy(Path(name), engine.environment(), program)
            program.trigger = "first"
            deployment.up()
            program.trigger = "second"
            deployment.up_clean()
            exported = deployment.cli("stack", "export", "--stack", "dev").replace(server.url, recorded.BASE_URL)
        # The rest of the emulator's file is Idempotency-Keys, which no file may have in plain text.
        return _portable(json.loads(exported)), json.loads(store.read_text())["endpoints"]


def _portable(value: Any) -> Any:
    """A state without what the engine notes of the machine: the files and lines that declared a resource."""
    if isinstance(value, dict):
        return {key: _portable(item) for key, item in value.items() if key not in OF_THE_MACHINE}
    return [_portable(item) for item in value] if isinstance(value, list) else value


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n")
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
