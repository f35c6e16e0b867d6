"""Write what pages of docs say of the code: properties, settings, options, exit codes, errors, benchmark's figures.

Each such part of a page stands between `<!-- generated: NAME -->` and `<!-- end -->`; the rest is written by hand.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from pydantic.alias_generators import to_snake

import docs_errors
import pulumi_kinetic as kinetic
from bench_table import figures
from pulumi_kinetic import endpoint, errors, schema, settings
from pulumi_kinetic.cli import exit_codes
from pulumi_kinetic.cli.main import main as command
from pulumi_kinetic.testing import CheckError

DOCS = Path(__file__).resolve().parent.parent / "docs"
_PART = re.compile(r"(<!-- generated: (?P<name>[^\n]+?) -->\n).*?(<!-- end -->)", re.DOTALL)
_ROOTS = ("KineticError", "ApiError")
_MISTAKES: list[dict[str, Any]] = [
    {},
    {"url": "example.com/orders"},
    {"url": "https://me:hunter2@example.com"},
    {"url": "https://example.com/#orders"},
    {"url": "http://example.com"},
    {"enabledEvents": []},
    {"enabledEvents": ["*", "judgment.created"]},
    {"enabledEvents": [" judgment.created"]},
    {"status": "on"},
    {"adopt": "orders"},
    {"existingSigningSecret": "whsec_made_up"},
    {"adopt": "we_8KdQ2n4Vb1Xc7M", "existingSigningSecret": "********"},
    {"events": ["judgment.created"]},
]


def main() -> None:
    """Bring every page up to date."""
    for page in pages():
        page.write_text(fresh(page.read_text(encoding="utf-8")), encoding="utf-8")


def pages() -> list[Path]:
    """Return the pages that have parts of this kind."""
    return [page for page in sorted(DOCS.glob("*/*.md")) if _PART.search(page.read_text(encoding="utf-8"))]


def fresh(text: str) -> str:
    """Return a page with its generated parts as the code has them now."""
    return _PART.sub(lambda part: f"{part[1]}\n{_generate(part['name'])}\n\n{part[3]}", text)


def _generate(name: str) -> str:
    kind, _, argument = name.partition(" ")
    parts: dict[str, Callable[[], str]] = {
        "inputs": lambda: _properties(_resource()["inputProperties"], _resource()["requiredInputs"]),
        "outputs": lambda: _properties(_resource()["properties"], ()),
        "info": lambda: _properties(schema.schema()["types"]["kinetic:index:WebhookEndpointInfo"]["properties"], ()),
        "settings": _settings,
        "commands": _commands,
        "command": lambda: _command(argument),
        "exit-codes": _exit_codes,
        "error-tree": _error_tree,
        "error": lambda: _error(argument),
        "mistakes": _mistakes,
        "figures": figures,
    }
    return parts[kind]()


def _resource() -> dict[str, Any]:
    resource: dict[str, Any] = schema.schema()["resources"][endpoint.PLUGIN_TYPE]
    return resource


def _properties(properties: dict[str, Any], required: Sequence[str]) -> str:
    rows = []
    for name, described in properties.items():
        notes = ["required"] * (name in required) + ["secret"] * bool(described.get("secret"))
        kind = "list of strings" if described.get("type") == "array" else "string"
        suffix = f" ({', '.join(notes)})" if notes else ""
        rows.append((f"`{to_snake(name)}`", f"`{name}`", kind + suffix, described["description"]))
    return _table(("Python", "other languages", "type", "meaning"), rows)


def _settings() -> str:
    rows = []
    for name, source in settings.SOURCES.items():
        field = settings.Settings.model_fields[name]
        default = "" if field.is_required() else f"`{field.default}`".replace(".0`", "`")
        variable = f"`{source.variable}`" if source.variable else ""
        rows.append((f"`kinetic:{source.config_key}`", variable, default, field.description or ""))
    return _table(("stack configuration", "environment", "default", "meaning"), rows)


def _commands() -> str:
    rows = [(f"[`{name}`](#{name.replace(' ', '-')})", _first_line(made)) for name, made in _leaves()]
    return _table(("command", "what it does"), sorted(rows))


def _leaves() -> Iterable[tuple[str, click.Command]]:
    for name, made in command.commands.items():
        if isinstance(made, click.Group):
            yield from ((f"{name} {inner}", leaf) for inner, leaf in made.commands.items())
        else:
            yield name, made


def _first_line(made: click.Command) -> str:
    return inspect.cleandoc(made.help or "").partition("\n\n")[0].replace("\n", " ")


def _command(name: str) -> str:
    """A command's help, without the exit codes, which have a page of their own."""
    made = dict(_leaves())[name]
    text = inspect.cleandoc(made.help or "").replace("\n", " ").replace("  ", "\n\n")
    help_text = re.sub(r" ?Exit codes: .*", "", text).strip()
    rows = [_option(option) for option in made.params if isinstance(option, click.Option)]
    return help_text + (f"\n\n{_table(('option', 'meaning'), rows)}" if rows else "")


def _option(option: click.Option) -> tuple[str, str]:
    *short, long = sorted(option.opts, key=len)
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    takes = "" if option.is_flag else f" {'FORM' if choices else option.make_metavar(click.Context(command))}"
    one_of = f" One of {', '.join(f'`{choice}`' for choice in choices)}." if choices else ""
    default = f" Default: `{option.default}`." if option.show_default else ""
    names = [f"`{name}`" for name in [*short, f"{long}{takes}"]]
    return ", ".join(names), f"{option.help}{one_of}{default}"


def _exit_codes() -> str:
    module = ast.parse(inspect.getsource(exit_codes))
    rows = [("0", "All is as declared, and nothing needs you.", "")]
    for assigned, text in zip(module.body, module.body[1:], strict=False):
        if isinstance(assigned, ast.Assign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            code = ast.literal_eval(assigned.value)
            rows.append((str(code), str(text.value.value).replace("\n", " "), ", ".join(_errors_of(code))))
    return _table(("exit code", "meaning", "[errors](errors.md)"), rows)


def _errors_of(code: int) -> list[str]:
    if code == exit_codes.FAILED:
        return ["any other"]
    return [f"`{kind.__name__}`" for kind in error_classes() if _exit_code(kind) == code]


def _exit_code(kind: type[errors.KineticError]) -> int:
    return exit_codes.of(kind.__new__(kind))


def error_classes() -> list[type[errors.KineticError]]:
    """Return every kind of error that a user can meet, without the roots of the tree."""
    found = [getattr(kinetic, name) for name in kinetic.__all__ if name.endswith("Error")]
    return [kind for kind in [*found, CheckError] if kind.__name__ not in _ROOTS]


def _error_tree() -> str:
    """The tree of the module's docstring as a nested list, with a link to each error's section."""
    lines = []
    for line in (errors.__doc__ or "").partition("\n\n")[2].strip().splitlines():
        branch, name, meaning = re.findall(r"^([^A-Z]*)(\w+) +(.*)", line)[0]
        shown = f"[`{name}`](#{name.lower()})" if name not in _ROOTS else f"`{name}`"
        lines.append(f"{' ' * len(branch)}- {shown}: {meaning}")
    return "\n".join(lines)


def _error(name: str) -> str:
    kind = next(kind for kind in error_classes() if kind.__name__ == name)
    meaning = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    return f"{meaning}\n\n```text\n{_EXAMPLES[name]}\n```"


def _mistakes() -> str:
    rows = []
    for given in _MISTAKES:
        complete = given if "url" in given or not given else {"url": "https://example.com", **given}
        ((_, sentence),) = docs_errors.mistakes_in(complete)
        rows.append((", ".join(f"`{name}={value!r}`" for name, value in given.items()) or "nothing", sentence))
    return _table(("given", "message"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


class _Examples(dict[str, str]):
    """The examples, made when the first is asked for."""

    def __missing__(self, name: str) -> str:
        self.update(docs_errors.examples())
        return self[name]


_EXAMPLES = _Examples()

if __name__ == "__main__":
    main()
