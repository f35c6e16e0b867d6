"""Pack the built wheel as the plugin's archive: no platform of its own, under the six names that the engine asks for.

The Pulumi CLI unpacks it, makes a virtual environment and installs the wheel there, with its dependencies from the
package registry. See docs/guides/languages.md#install.
"""

import gzip
import io
import os
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
FOLDER = DIST / "plugin"
BESIDE = ("PulumiPlugin.yaml", "__main__.py")
PLATFORMS = [f"{system}-{machine}" for system in ("darwin", "linux", "windows") for machine in ("amd64", "arm64")]
_NO_COMMIT = "1580601600"  # 2020-02-02, as hatchling dates what has no date


def archive_of(wheel: Path) -> bytes:
    """Return the archive: the same bytes for the same wheel, whenever and by whomever it is packed.

    Args:
        wheel: The built wheel; its files are as old as SOURCE_DATE_EPOCH says, and so are the archive's.
    """
    files = {name: (ROOT / "provider" / name).read_bytes() for name in BESIDE}
    files |= {"requirements.txt": f"./{wheel.name}\n".encode(), wheel.name: wheel.read_bytes()}
    packed, seconds = io.BytesIO(), int(os.environ.get("SOURCE_DATE_EPOCH", _NO_COMMIT))
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=seconds) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(content), seconds, 0o644
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def names_of(wheel: Path) -> list[str]:
    """Return the names that the engine asks a release for, one for each platform.

    Source: pulumi/pulumi, sdk/go/common/workspace/plugins.go.
    """
    version = wheel.name.split("-")[1]
    return [f"pulumi-resource-kinetic-v{version}-{platform}.tar.gz" for platform in PLATFORMS]


def write(wheel: Path, folder: Path) -> list[Path]:
    """Write the archive under all its names, and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    content, paths = archive_of(wheel), [folder / name for name in names_of(wheel)]
    for path in paths:
        path.write_bytes(content)
    return paths


def main() -> None:
    """Pack the one wheel in `dist`."""
    wheels = list(DIST.glob("*.whl"))
    if len(wheels) != 1:
        sys.exit(f"there must be one wheel in dist, not {len(wheels)}: run `make package`")
    for path in write(wheels[0], FOLDER):
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
