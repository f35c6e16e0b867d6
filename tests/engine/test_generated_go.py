"""The examples of the schema on the Go SDK that Pulumi generates from it."""

import shutil
import subprocess
from pathlib import Path

import pytest

import engine
import schema_examples
import sdk_generator

BUILD_SECONDS = 600
MODULE = f"""
module example.com/pulumi-kinetic/sdk/go

go 1.25.11

require github.com/pulumi/pulumi/sdk/v3 v{engine.VERSION}
"""


@pytest.mark.skipif(not shutil.which("go"), reason="there is no Go here")
def test_the_examples_of_the_schema_compile(tmp_path: Path) -> None:
    sdk_generator.generate("go", tmp_path)
    (tmp_path / "go.mod").write_text(MODULE)
    if (sdk_generator.BUILD / "go.sum").exists():  # what is proved there needs no look-up
        shutil.copy(sdk_generator.BUILD / "go.sum", tmp_path)
    texts = {name: text for (name, language), text in schema_examples.written().items() if language == "go"}
    assert len(texts) == schema_examples.COUNT
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.go").write_text(text)
    command = ["go", "build", "-mod=mod", "-o", f"{tmp_path}/built/", *(f"./{name}" for name in texts)]
    done = subprocess.run(  # noqa: S603
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=BUILD_SECONDS
    )
    assert done.returncode == 0, done.stderr
