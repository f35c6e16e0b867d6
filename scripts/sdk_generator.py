"""Generate the SDK of a language from schema.json, as `pulumi package add` does.

An official CLI brings the language hosts that do it. An engine built from Go has none, but its generators: then
scripts/sdk/main.go is built beside it. By hand: python scripts/sdk_generator.py nodejs FOLDER.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import engine

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schema.json"
TOOL = engine.BIN / "sdk"
BUILD = engine.FOLDER / "build"


def generate(language: str, folder: Path) -> None:
    """Write the SDK into a folder.

    Raises:
        SystemExit: the schema is not valid, or there is neither a language host nor Go's generators.
    """
    if not _by_host(language, folder):
        _by_tool(language, folder)


def _by_host(language: str, folder: Path) -> bool:
    pulumi = engine.ensure() / "pulumi"
    with tempfile.TemporaryDirectory() as out:
        command = [str(pulumi), "package", "gen-sdk", str(SCHEMA), "--local", "--language", language, "--out", out]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return False
        shutil.copytree(Path(out) / language, folder, dirs_exist_ok=True)
    return True


def _by_tool(language: str, folder: Path) -> None:
    if not BUILD.exists():
        sys.exit(f"`pulumi package gen-sdk --language {language}` fails: the Pulumi CLI lacks that language's host")
    run_tool(language, folder)


def run_tool(language: str, folder: Path, program: Path | None = None) -> None:
    """Build the tool of Pulumi's generators beside the engine, and run it.

    Args:
        language: As `pulumi package gen-sdk` calls it, or as `pulumi convert` does where there is a program.
        folder: Where the files are written.
        program: A file of PCL, whose program is written in the language; None for the SDK.

    Raises:
        SystemExit: the generator fails.
    """
    shutil.copytree(Path(__file__).with_name("sdk"), BUILD / "sdk", dirs_exist_ok=True)
    generator = [str(TOOL), language, str(SCHEMA), str(folder), *([str(program)] if program else [])]
    for command in (["go", "build", "-mod=mod", "-o", str(TOOL), "./sdk"], generator):
        done = subprocess.run(command, cwd=BUILD, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stderr[-2000:])


if __name__ == "__main__":
    generate(sys.argv[1], Path(sys.argv[2]).resolve())
