"""The page's files, what they tell the browser, and that the page is beside the API that it shows."""

import re
from pathlib import Path

import pytest

from pulumi_kinetic.emulator import page
from support.emulator import EmulatorClient

FILES = sorted(path.name for path in page.FOLDER.iterdir() if path.suffix not in ("", ".py"))
PATHS = ["/", *(f"/_emulator/page/{name}" for name in FILES)]


@pytest.mark.parametrize("path", PATHS)
def test_each_file_is_served_as_what_it_is_under_a_strict_policy(emulator: EmulatorClient, path: str) -> None:
    answer = emulator.http.get(path)
    kinds = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kinds.get(Path(path).suffix, "text/html"))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"


def test_the_page_names_its_own_files_only_and_has_no_script_or_style_in_it() -> None:
    index = (page.FOLDER / "index.html").read_text()
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', index)
    assert set(loaded) < set(PATHS)
    assert re.findall(r"<script[^>]*>(?!</script>)|<style|\son\w+=|style=", index) == []
    texts = {path.name: path.read_text() for path in page.FOLDER.iterdir() if path.suffix in (".js", ".css")}
    assert texts
    foreign = re.compile(r"https?://|\wHTML\b|document\.write|@import")
    assert [name for name, text in texts.items() if foreign.search(text)] == []


@pytest.mark.parametrize("name", ["../app.py", "__init__.py", "..%2fapp.py", "%2e%2e/app.py", "page.js/", "nothing.js"])
def test_no_other_file_is_served(emulator: EmulatorClient, name: str) -> None:
    assert emulator.http.get(f"/_emulator/page/{name}").status_code in (404, 307)
    assert "import" not in emulator.http.get(f"/_emulator/page/{name}").text


def test_the_page_is_neither_logged_nor_disturbed(emulator: EmulatorClient) -> None:
    emulator.faults({"times": 10, "status": 500})
    emulator.assume(gateway="html_502", requests_per_second=1)
    assert {emulator.http.get(path).status_code for path in PATHS} == {200}
    assert emulator.requests() == []
    assert emulator.http.get("/v1/webhook_endpoints").status_code == 500


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD"])
def test_what_else_is_sent_to_the_base_url_is_the_apis(emulator: EmulatorClient, method: str) -> None:
    assert emulator.http.request(method, "/").status_code in (404, 405)
    assert len(emulator.requests(method)) == 1
