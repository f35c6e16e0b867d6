from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.backends import Backend, Folder
from support.bucket_servers import NewBucket, azure_server, s3_server
from support.crash import Crash
from support.emulator import EmulatorClient
from support.stack import Deployment


@pytest.fixture(scope="session")
def new_s3_bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewBucket]:
    with s3_server(tmp_path_factory.mktemp("s3")) as new_bucket:
        yield new_bucket


@pytest.fixture(scope="session")
def new_azure_container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewBucket]:
    with azure_server(tmp_path_factory.mktemp("azure")) as new_container:
        yield new_container


@pytest.fixture(params=["file", "s3", "azure"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """An empty backend of each kind; pass it to `deploy`."""
    if request.param == "file":
        return Folder(tmp_path / "backend")
    new: NewBucket = request.getfixturevalue({"s3": "new_s3_bucket", "azure": "new_azure_container"}[request.param])
    return new()


@pytest.fixture
def crash(
    deploy: Callable[..., Deployment], emulator: EmulatorClient, request: pytest.FixtureRequest
) -> Iterator[Crash]:
    made = Crash(deploy(lambda: None), emulator, getattr(request, "param", "dynamic"))
    yield made
    made.end_providers()


@pytest.fixture
def without_journal(tmp_path: Path) -> Path:
    """A folder that, first on PYTHONPATH, keeps the provider from writing its journal."""
    folder = tmp_path / "without"
    folder.mkdir()
    patch = "import pulumi_kinetic.journal as j\nj.Journal._write = lambda *_: None\n"
    (folder / "sitecustomize.py").write_text(patch)
    return folder
