"""Issues of GitHub and of GitLab, as far as the pipelines of the examples use them; kept in a JSON file.

For GitHub there is a `gh` on PATH, for GitLab a server, which the real `curl` asks. Whatever they don't know, they
refuse.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TypedDict
from urllib.parse import parse_qs, urlsplit

GITHUB_TOKEN = "ghs_of_the_job"
GITLAB_TOKEN = "glpat-of-the-bot"
GITLAB_READ_TOKEN = "glpat-may-only-read"
REPOSITORY = "acme/webhooks"
PROJECT_ID = "17"
PAGE = 2
"""Issues a page, whatever is asked for: so that the test's few issues have several."""


class Issue(TypedDict):
    """An issue; `edits` is how often its text was written since it was opened."""

    number: int
    title: str
    text: str
    state: str
    labels: list[str]
    edits: int


class Issues:
    """The issues of a repository, and the labels that it knows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.exists():
            path.write_text("[]")

    def all(self) -> list[Issue]:
        """Every issue, oldest first."""
        issues: list[Issue] = json.loads(self._path.read_text())
        return issues

    def open(self, title: str, text: str, *labels: str) -> Issue:
        issues = self.all()
        opened = Issue(number=len(issues) + 1, title=title, text=text, state="open", labels=list(labels), edits=0)
        self._path.write_text(json.dumps([*issues, opened]))
        return opened

    def change(self, number: int, *, text: str | None = None, state: str | None = None) -> Issue:
        issues = self.all()
        issue = issues[number - 1]
        if text is not None:
            issue |= {"text": text, "edits": issue["edits"] + 1}
        if state is not None:
            assert state != issue["state"], f"issue {number} is {state} already"
            issue["state"] = state
        self._path.write_text(json.dumps(issues))
        return issue

    def pages(self, label: str) -> list[list[Issue]]:
        """The issues with a label, newest first; one empty page where there is none."""
        found = [issue for issue in reversed(self.all()) if label in issue["labels"]]
        return [found[start : start + PAGE] for start in range(0, len(found), PAGE)] or [[]]


def install_gh(folder: Path, issues: Path) -> Path:
    """Write a `gh` into a folder that is put on PATH."""
    folder.mkdir()
    command = folder / "gh"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "{issues}" "$@"\n')
    command.chmod(0o755)
    return folder


def gh(path: Path, arguments: list[str]) -> None:
    """The commands of `gh` that the pipeline uses."""
    assert os.environ["GH_TOKEN"] == GITHUB_TOKEN
    assert os.environ["GH_REPO"] == REPOSITORY
    issues = Issues(path)
    labels = path.with_name("labels")
    match arguments:
        case ["api", "--paginate", route]:
            asked = re.fullmatch(rf"repos/{REPOSITORY}/issues\?state=all&per_page=100&labels=([\w-]+)", route)
            assert asked, route
            for page in issues.pages(asked[1]):
                print(json.dumps([as_github(issue) for issue in page]))  # noqa: T201 its output
        case ["label", "create", label, "--force", "--description", _]:
            labels.write_text(label)
        case ["issue", "create", *options]:
            asked_for = _options(options, "--title", "--label", "--body-file")
            assert labels.exists(), "could not add label: not found"
            assert labels.read_text() == asked_for["label"]
            issues.open(asked_for["title"], Path(asked_for["body_file"]).read_text(), asked_for["label"])
        case ["issue", "edit", number, *options]:
            issues.change(int(number), text=Path(_options(options, "--body-file")["body_file"]).read_text())
        case ["issue", "close" | "reopen" as verb, number]:
            issues.change(int(number), state="closed" if verb == "close" else "open")
        case _:
            sys.exit(f"gh: unknown command {arguments}")


def as_github(issue: Issue) -> dict[str, object]:
    """An issue in GitHub's JSON; the text has the line ends that an edit in the browser leaves."""
    text = issue["text"].replace("\n", "\r\n")
    return {"number": issue["number"], "state": issue["state"], "title": issue["title"], "body": text}


def as_gitlab(issue: Issue) -> dict[str, object]:
    state = {"open": "opened", "closed": "closed"}[issue["state"]]
    return {"iid": issue["number"], "state": state, "title": issue["title"], "description": issue["text"]}


def _options(given: list[str], *names: str) -> dict[str, str]:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in names:
        parser.add_argument(name, required=True)
    return vars(parser.parse_args(given))


@contextmanager
def gitlab(issues: Issues) -> Iterator[str]:
    """Serve the issues as GitLab does; yields the value of CI_API_V4_URL."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            number = int(asked["page"][0])
            pages = issues.pages(*asked["labels"])
            assert (asked["state"], asked["scope"]) == (["all"], ["all"])
            following = str(number + 1) if number < len(pages) else ""
            self._answer(200, [as_gitlab(issue) for issue in pages[number - 1]], following)

        def _write(self) -> None:
            form = self._form()
            text, state = (
                form.get("description"),
                {"close": "closed", "reopen": "open"}.get(form.get("state_event", "")),
            )
            if self.headers["PRIVATE-TOKEN"] != GITLAB_TOKEN:
                self._answer(403, {"message": "403 Forbidden"})
            elif self.command == "POST":
                self._answer(201, as_gitlab(issues.open(form["title"], form["description"], form["labels"])))
            else:
                number = int(self.path.rpartition("/")[2])
                self._answer(200, as_gitlab(issues.change(number, text=text, state=state)))

        do_POST = do_PUT = _write  # noqa: N815 the names that http.server calls

        def _form(self) -> dict[str, str]:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            return {name: values[0] for name, values in parse_qs(body, strict_parsing=True).items()}

        def _answer(self, status: int, content: object, next_page: str = "") -> None:
            known = urlsplit(self.path).path.startswith(f"/api/v4/projects/{PROJECT_ID}/issues")
            if self.headers["PRIVATE-TOKEN"] not in (GITLAB_TOKEN, GITLAB_READ_TOKEN) or not known:
                status, content = (404 if not known else 401), {"message": "401 Unauthorized"}
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-Next-Page", next_page)
            self.end_headers()
            self.wfile.write(json.dumps(content).encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v4"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    gh(Path(sys.argv[1]), sys.argv[2:])
