"""Take the picture of the emulator's page that the documents show: docs/images/emulator.png.

With a folder as argument it takes one of each look instead, whole pages, for who works on the page.
"""

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

import browser
from pulumi_kinetic.emulator.server import Server

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "emulator.png"
PORT = 8787
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1320, "height": 760}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1320, "height": 760}},
    "tablet": {"color_scheme": "light", "viewport": {"width": 900, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}
_HEADERS = {"Authorization": "Bearer md_test_emulator", "MD-Version": "2026-06-11"}
_COLORS = 128
"""Enough for a page, and a third of the size."""
_COLLECTION = "/v1/webhook_endpoints"


def main() -> None:
    """Serve a scene, and take its pictures."""
    with Server(PORT) as server, sync_playwright() as playwright:
        with httpx.Client(base_url=server.url, headers=_HEADERS, trust_env=False) as api:
            _play(api)
        chromium = playwright.chromium.launch(executable_path=browser.ensure(), args=["--no-sandbox"])
        if len(sys.argv) > 1:
            for look in LOOKS:
                _take(chromium, server.url, look, Path(sys.argv[1]) / f"{look}.png", whole=True)
        else:
            _take(chromium, server.url, "light", PICTURE, whole=False)
        chromium.close()


def _play(api: httpx.Client) -> None:
    """What a deploy, a colleague and a fault leave to be seen."""
    bodies: list[dict[str, object]] = [
        {"url": "https://audit.example.com/hooks"},
        {"url": "https://billing.example.com/hooks", "enabled_events": ["packet.created", "packet.deleted"]},
        {"url": "https://example.com/md/webhooks", "enabled_events": ["judgment.created", "packet.created"]},
    ]
    audit, billing, orders = (api.post(_COLLECTION, json=body).json()["webhook_endpoint_id"] for body in bodies)
    api.patch(f"/_emulator/endpoints/{audit}", json={"status": "suspended"})
    api.patch(f"{_COLLECTION}/{billing}", json={"status": "disabled"})
    limited = {"status": 429, "commit": False, "headers": {"Retry-After": "1"}}
    api.put("/_emulator/faults", json=[limited])
    api.get(f"{_COLLECTION}/{orders}")
    api.get(f"{_COLLECTION}/{orders}")
    api.patch(f"{_COLLECTION}/{orders}", json={"url": "https://example.com/md/webhooks/v2"})
    api.get(f"{_COLLECTION}/we_8KdQ2n4Vb1Xc7M")
    api.put("/_emulator/faults", json=[{**limited, "times": 3}])


def _take(chromium: Browser, url: str, look: str, path: Path, *, whole: bool) -> None:
    context = chromium.new_context(reduced_motion="reduce", **LOOKS[look])
    page = context.new_page()
    page.goto(url)
    expect(page.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.locator("#request-count")).not_to_be_empty()
    path.parent.mkdir(parents=True, exist_ok=True)
    taken = Image.open(BytesIO(page.screenshot(full_page=whole)))
    taken.quantize(_COLORS).save(path, optimize=True)
    context.close()
    print(f"{path}: {path.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
