"""Write the examples of schema.json and docs/_index.md: `make examples`.

Each is written once, in PCL (scripts/schema_examples). Pulumi's own generators write it in the other languages, as
`pulumi convert` does: by the CLI's language hosts, or by scripts/sdk where the engine was built from Go. An official
CLI has all hosts. A language that can't be generated here keeps its block. (Java's were written by hand, in the form of
its generator, which couldn't be had.)
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import engine
import sdk_generator

ROOT = Path(__file__).resolve().parent.parent
SOURCES = Path(__file__).with_suffix("")
WRITTEN = ROOT / "provider" / "pulumi_kinetic" / "examples"
INDEX = ROOT / "docs" / "_index.md"
OF_THE_INDEX = "endpoint"
# in the order of the registry's tabs, with the file that has the program
LANGUAGES = {
    "typescript": "index.ts", "python": "__main__.py", "go": "main.go", "csharp": "Program.cs", "java": "App.java",
    "yaml": "Main.yaml",
}  # fmt: skip
HOSTS = {"typescript": "nodejs", "csharp": "dotnet"}
BY_TOOL = ("typescript", "python", "go")
TITLES = {
    "WebhookEndpoint": {"endpoint": "An endpoint for two events", "adopt": "An endpoint that exists already"},
    "getWebhookEndpoint": {"get": "The URL of an endpoint"},
    "listWebhookEndpoints": {"list": "All endpoints"},
}
COUNT = sum(map(len, TITLES.values()))
# What the generators get wrong, as pairs of what they write and what is right: a program of functions alone doesn't
# find the name of Python's package; Go's function without arguments is called as if it had some, and one that is called
# as a resource's own getter has another name. What isn't wrong any more ends the script.
_PYTHONS_PACKAGE = ("import pulumi_kinetic as", "import pulumi_kinetic_sdk as")
_GO_CALL = """all, err := kinetic.ListWebhookEndpoints(ctx, map[string]interface{}{}, nil)
\t\tif err != nil {
\t\t\treturn err
\t\t}
"""
_GO_APPLY = """all.ApplyT(func(all kinetic.ListWebhookEndpointsResult) ([]kinetic.WebhookEndpointInfo, error) {
\t\t\treturn all.WebhookEndpoints.([]kinetic.WebhookEndpointInfo), nil
\t\t}).(pulumi.ArrayOutput)"""
MENDS = {
    ("get", "python"): [_PYTHONS_PACKAGE],
    ("get", "go"): [("kinetic.GetWebhookEndpoint", "kinetic.LookupWebhookEndpoint")],
    ("list", "python"): [_PYTHONS_PACKAGE],
    ("list", "go"): [
        (_GO_CALL, "all := kinetic.ListWebhookEndpointsOutput(ctx)\n"),
        (_GO_APPLY, "all.WebhookEndpoints()"),
    ],
}
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"\{\{% example %\}\}\n### (?P<title>.*?)\n(?P<blocks>.*?)\{\{% /example %\}\}", re.DOTALL)
_CHOOSER = re.compile(r"\{\{< chooser language .*?\{\{< /chooser >\}\}", re.DOTALL)


def generated(name: str, language: str) -> str | None:
    """Return an example in a language; None where nothing here can generate it.

    Raises:
        SystemExit: the generator fails, or what it gets wrong has changed.
    """
    if not can_generate(language):
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "source", Path(folder) / "out"
        source.mkdir()
        shutil.copy(SOURCES / f"{name}.pp", source / "main.pp")
        if _by_tool(language):
            sdk_generator.run_tool(language, out, source / "main.pp")
        else:
            _convert(language, source, out)
        (found,) = out.rglob(LANGUAGES[language])
        lines = [line.rstrip() for line in found.read_text().strip().splitlines()]
        return _mended(name, language, "\n".join(lines) + "\n")


def can_generate(language: str) -> bool:
    """Say whether there is a generator for a language: a host is on PATH, or beside the CLI, as an official one is."""
    return _by_tool(language) or engine.language_host(HOSTS.get(language, language)) is not None


def written() -> dict[tuple[str, str], str]:
    """Return the examples as they are committed, by name and language."""
    texts = "".join(path.read_text() for path in sorted(WRITTEN.glob("*.md")))
    names = {title: name for titles in TITLES.values() for name, title in titles.items()}
    return {
        (names[example["title"]], block["language"]): block["text"]
        for example in _EXAMPLE.finditer(texts)
        if example["title"] in names
        for block in _BLOCK.finditer(example["blocks"])
    }


def section(titles: dict[str, str], blocks: dict[tuple[str, str], str]) -> str:
    """Return the examples of one resource or function, in the registry's shortcodes."""
    parts = ["{{% examples %}}", "## Example Usage"]
    for name, title in titles.items():
        parts += ["{{% example %}}\n### " + title, *_fenced(name, blocks), "{{% /example %}}"]
    return "\n".join(parts) + "\n{{% /examples %}}\n"


def chooser(blocks: dict[tuple[str, str], str]) -> str:
    """Return one example as the tabs of a page of the registry."""
    tabs = {language: block for (name, language), block in blocks.items() if name == OF_THE_INDEX}
    parts = ['{{< chooser language "' + ",".join(tabs) + '" >}}']
    for language, text in tabs.items():
        start = "{{% choosable language " + language + " %}}"
        parts += [f"{start}\n\n```{language}\n{text}```\n\n" + "{{% /choosable %}}"]
    return "\n".join([*parts, "{{< /chooser >}}"])


def main() -> None:
    """Generate what can be generated here, and write it all."""
    kept, blocks = written(), {}
    for name in (name for titles in TITLES.values() for name in titles):
        for language in LANGUAGES:
            text = generated(name, language) or kept.get((name, language))
            if text:
                blocks[name, language] = text
    for subject, titles in TITLES.items():
        (WRITTEN / f"{subject}.md").write_text(section(titles, blocks))
    INDEX.write_text(_CHOOSER.sub(lambda _: chooser(blocks), INDEX.read_text(), count=1))
    missing = [language for language in LANGUAGES if not can_generate(language)]
    print("written; now run `make schema`" + (f" (not generated here: {', '.join(missing)})" if missing else ""))


def _by_tool(language: str) -> bool:
    return language in BY_TOOL and sdk_generator.BUILD.exists()


def _convert(language: str, source: Path, out: Path) -> None:
    """The CLI asks the plugin on PATH for its schema."""
    command = ["pulumi", "convert", "--from", "pcl", "--language", language, "--out", str(out), "--generate-only"]
    variables = {**engine.environment(), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run(command, cwd=source, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-2000:])


def _mended(name: str, language: str, text: str) -> str:
    for wrong, right in MENDS.get((name, language), []):
        if wrong not in text:
            sys.exit(f"{name} in {language}: {wrong!r} isn't generated any more: remove it from MENDS")
        text = text.replace(wrong, right)
    return text


def _fenced(name: str, blocks: dict[tuple[str, str], str]) -> list[str]:
    return [f"```{language}\n{text}```" for (of, language), text in blocks.items() if of == name]


if __name__ == "__main__":
    main()
