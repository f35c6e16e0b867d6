import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulumi_kinetic.cli import audit
from pulumi_kinetic.cli.main import main
from pulumi_kinetic.client import Client
from pulumi_kinetic.errors import StackError
from pulumi_kinetic.values import JsonObject
from support.emulator import KEY, EmulatorClient, listing_with_a_bad_entry

TYPE = "kinetic:index:WebhookEndpoint"


def managing(*ids: str) -> JsonObject:
    return {"deployment": {"resources": [{"type": TYPE, "id": endpoint_id} for endpoint_id in ids]}}


def test_unmanaged_is_what_none_of_the_states_has(api: Client, emulator: EmulatorClient) -> None:
    first, second, third = emulator.seed(3)
    emulator.seed(1, "production")
    unmanaged = audit.unmanaged(api, [managing(first), managing(third)], skipped=pytest.fail)
    assert [endpoint.webhook_endpoint_id for endpoint in unmanaged] == [second]


def test_a_table_has_a_heading_and_a_line_an_endpoint(api: Client, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    emulator.edit(made, status="disabled")
    created = emulator.truth()[made]["created_at"]
    table = audit.as_table(audit.unmanaged(api, [], skipped=pytest.fail))
    heading, line = table.splitlines()
    assert line == f"{made}  disabled  {created}  https://example.com/seed/0"
    assert [heading.index(word) for word in ("STATUS", "CREATED", "URL")] == [
        line.index(cell) for cell in ("disabled", created, "https")
    ]


def test_json_tells_all_but_secrets(api: Client, emulator: EmulatorClient) -> None:
    (made,) = emulator.seed(1)
    (shown,) = json.loads(audit.as_json(audit.unmanaged(api, [], skipped=pytest.fail)))
    assert shown["webhook_endpoint_id"] == made
    assert "signing_secret" not in shown


def test_what_cannot_be_read_is_named_beside_the_list(
    emulator: EmulatorClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.faults(listing_with_a_bad_entry())
    export = tmp_path / "export.json"
    export.write_text(json.dumps(managing("we_0")))
    monkeypatch.setenv("KINETIC_API_KEY", KEY)
    monkeypatch.setenv("KINETIC_BASE_URL", emulator.url)
    result = CliRunner().invoke(main, ["audit", "--export", str(export)])
    assert result.stderr == "webhook endpoint we_2 can't be read: `url` isn't text; it is left out\n"
    assert result.exit_code == 3
    assert result.stdout.splitlines()[1:] == ["we_1  enabled           https://a.example"]


def test_an_export_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(managing("we_1")))
    assert audit.read_export(path) == managing("we_1")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"deployment": 1}', "not json", "[" * 100_000])
def test_what_is_no_export_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "export.json"
    path.write_text(text)
    with pytest.raises(StackError, match="isn't what `pulumi stack export` writes"):
        audit.read_export(path)
