"""Where the state of a stack is kept: how the CLI reaches it, and how a test looks into it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import httpx


class Backend(Protocol):
    """A backend that the CLI keeps without Pulumi's service; keys are paths such as `.pulumi/locks/…`."""

    @property
    def url(self) -> str:
        """The value of PULUMI_BACKEND_URL."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What else the CLI needs in its environment."""

    def keys(self, prefix: str) -> list[str]: ...

    def read(self, key: str) -> str: ...

    def write(self, key: str, text: str) -> None: ...


class Folder:
    """The file backend."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.url = f"file://{path}"
        self.variables: Mapping[str, str] = MappingProxyType({})

    def keys(self, prefix: str) -> list[str]:
        """The keys without the side files (`.attrs`), which the CLI doesn't take for objects either."""
        files = [path for path in self.path.rglob("*") if path.is_file() and path.suffix != ".attrs"]
        keys = sorted(path.relative_to(self.path).as_posix() for path in files)
        return [key for key in keys if key.startswith(prefix)]

    def read(self, key: str) -> str:
        return (self.path / key).read_text()

    def write(self, key: str, text: str) -> None:
        (self.path / key).parent.mkdir(parents=True, exist_ok=True)
        (self.path / key).write_text(text)


@dataclass(frozen=True)
class Bucket:
    """A bucket of S3, or a container of Azure Blob Storage.

    Args:
        url: As PULUMI_BACKEND_URL has it.
        variables: The CLI's credentials.
        http: A client that may read and write every bucket of the server.
        path: The bucket's path on the server.
        listing: The query that lists the bucket's keys, without the prefix.
        key_element: The XML element that holds a key in a listing.
    """

    url: str
    variables: Mapping[str, str]
    http: httpx.Client
    path: str
    listing: Mapping[str, str]
    key_element: str

    def keys(self, prefix: str) -> list[str]:
        listed = self.http.get(self.path, params={**self.listing, "prefix": prefix}).raise_for_status()
        return re.findall(rf"<{self.key_element}>([^<]+)<", listed.text)

    def read(self, key: str) -> str:
        return self.http.get(f"{self.path}/{key}").raise_for_status().text

    def write(self, key: str, text: str) -> None:
        self.http.put(f"{self.path}/{key}", content=text).raise_for_status()
