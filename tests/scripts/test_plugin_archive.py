import gzip
import os
import tarfile
from pathlib import Path

import pytest

import plugin_archive
from support.archives import ROOT, built, copied, run_python


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugin")
    return built(copied(folder / "tree"), folder / "dist", "--wheel").wheel


def test_it_holds_the_wheel_and_what_starts_it(wheel: Path, tmp_path: Path) -> None:
    path, *_ = plugin_archive.write(wheel, tmp_path)
    with tarfile.open(path) as archive:
        assert archive.getnames() == ["PulumiPlugin.yaml", "__main__.py", wheel.name, "requirements.txt"]
        archive.extractall(tmp_path / "plugin", filter="data")
    unpacked = tmp_path / "plugin"
    for name in plugin_archive.BESIDE:
        assert (unpacked / name).read_bytes() == (ROOT / "provider" / name).read_bytes()
    assert (unpacked / wheel.name).read_bytes() == wheel.read_bytes()


def test_pip_finds_the_wheel_from_the_unpacked_folder(wheel: Path, tmp_path: Path) -> None:
    """As the CLI runs it there, but for the dependencies."""
    path, *_ = plugin_archive.write(wheel, tmp_path)
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path / "plugin", filter="data")
    install = ["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(tmp_path / "installed")]
    run_python(*install, "-r", "requirements.txt", cwd=tmp_path / "plugin")
    assert (tmp_path / "installed" / "pulumi_kinetic" / "plugin.py").is_file()


def test_each_platform_gets_the_same_archive(wheel: Path, tmp_path: Path) -> None:
    paths = plugin_archive.write(wheel, tmp_path)
    version = wheel.name.split("-")[1]
    assert [path.name for path in paths] == [
        f"pulumi-resource-kinetic-v{version}-{platform}.tar.gz"
        for platform in (
            "darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64",
        )
    ]  # fmt: skip
    assert len({path.read_bytes() for path in paths}) == 1


def test_it_is_reproducible(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first = plugin_archive.archive_of(wheel)
    later = tmp_path / wheel.name
    later.write_bytes(wheel.read_bytes())
    later.chmod(0o600)
    os.utime(later, (1, 1))
    assert plugin_archive.archive_of(later) == first
    assert int.from_bytes(first[4:8], "little") == 1700000000
    assert str(tmp_path).encode() not in gzip.decompress(first)


def test_it_asks_for_the_wheel_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugin_archive, "DIST", tmp_path)
    with pytest.raises(SystemExit, match="one wheel in dist, not 0: run `make package`"):
        plugin_archive.main()
