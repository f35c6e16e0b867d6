"""The file that `pulumi import --file` takes, for endpoints that no stack has."""

import json
import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from pulumi_kinetic import errors, redact
from pulumi_kinetic.cli.drift import UnmanagedEndpoint
from pulumi_kinetic.endpoint import PLUGIN_TYPE
from pulumi_kinetic.values import JsonObject, mark_secret


def read_secrets(path: Path) -> Mapping[str, str]:
    """Return the signing secrets that a user keeps: a JSON object of ids and secrets.

    Raises:
        SettingsError: The file isn't one; no secret is shown.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        given = None
    if not isinstance(given, dict):
        raise errors.SettingsError([f'{path} isn\'t a JSON object of ids and signing secrets: {{"we_…": "whsec_…"}}'])
    wrong = [str(name) for name, secret in given.items() if redact.signing_secret(secret) is None]
    if wrong:
        raise errors.SettingsError([f"{path} has no signing secret for {redact.text(', '.join(wrong))}"])
    return given


def import_file(
    endpoints: Sequence[UnmanagedEndpoint], secrets: Mapping[str, str], taken: Collection[str] = ()
) -> JsonObject:
    """Return the file's content. The engine reads the endpoints by itself, so that it has names and ids only.

    Secrets are marked, or the engine would keep them in clear text until the next `pulumi up`.

    Args:
        endpoints: The endpoints.
        secrets: The signing secrets that are known, by id.
        taken: Names that resources have already.

    Raises:
        SettingsError: A secret is of none of the endpoints.
    """
    unknown = secrets.keys() - {one.webhook_endpoint_id for one in endpoints}
    if unknown:
        raise errors.SettingsError([f"no unmanaged endpoint has the id {redact.text(', '.join(sorted(unknown)))}"])
    names: list[str] = []
    for one in endpoints:
        names.append(_free_name(one, {*taken, *names}))
    providers = sorted({one.provider_urn for one in endpoints if one.provider_urn})
    table = {f"provider{number}": urn for number, urn in enumerate(providers, start=1)}
    keys = {urn: name for name, urn in table.items()}
    resources = [_entry(one, name, secrets, keys) for one, name in zip(endpoints, names, strict=True)]
    return {"nameTable": table, "resources": resources} if table else {"resources": resources}


def write(content: JsonObject, path: Path) -> None:
    """Write the file, readable by its owner alone. One that exists is not overwritten.

    Raises:
        SettingsError: It exists, or can't be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise errors.SettingsError([f"{path} can't be written: {os.strerror(error.errno or 0)}"]) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)


def _entry(one: UnmanagedEndpoint, name: str, secrets: Mapping[str, str], providers: Mapping[str, str]) -> JsonObject:
    entry: JsonObject = {"type": PLUGIN_TYPE, "name": name, "id": one.webhook_endpoint_id}
    if one.provider_urn:
        entry["provider"] = providers[one.provider_urn]
    if one.webhook_endpoint_id in secrets:
        entry["inputs"] = {"existingSigningSecret": mark_secret(secrets[one.webhook_endpoint_id])}
    return entry


def _free_name(one: UnmanagedEndpoint, taken: Collection[str]) -> str:
    """A name by the URL's host, which a reader recognizes; with a number where that is taken."""
    host = re.sub(r"[^a-z0-9]+", "-", one.origin.partition("://")[2].partition(":")[0].lower()).strip("-")
    base = host or "webhook"
    names = (f"{base}-{number}" if number > 1 else base for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
