"""A host of the language Python for the Pulumi CLI, as small as the examples allow.

A CLI that was built from Go has none. With this one the CLI itself runs a program folder, as it does for a user: it
asks which plugins the installed packages need, installs, and runs the program in a process of its own. It runs the
folder of a plugin, too. What it does is what pulumi-language-python does (pulumi/pulumi,
sdk/python/cmd/pulumi-language-python), but for the dependencies: the virtual environment of a program or plugin is the
one that runs the tests.
"""

import asyncio
import json
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib import metadata, util
from pathlib import Path
from typing import Any

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime import set_all_config
from pulumi.runtime.proto import language_pb2 as messages
from pulumi.runtime.proto import language_pb2_grpc, plugin_pb2
from pulumi.runtime.stack import run_in_stack


def install_host(folder: Path) -> Path:
    """Write `pulumi-language-python` into a folder that is put on PATH."""
    folder.mkdir()
    host = folder / "pulumi-language-python"
    host.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" "$@"\n')
    host.chmod(0o755)
    return folder


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    def __init__(self, engine: str) -> None:
        self._engine = engine

    def Handshake(self, _request: Any, _context: Any) -> messages.LanguageHandshakeResponse:  # noqa: N802 the protocol's name
        return messages.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:  # noqa: N802
        return plugin_pb2.PluginInfo(version="0.0.0")

    def About(self, _request: Any, _context: Any) -> messages.AboutResponse:  # noqa: N802
        return messages.AboutResponse(executable=sys.executable, version=sys.version.split()[0])

    def RuntimeOptionsPrompts(self, _request: Any, _context: Any) -> messages.RuntimeOptionsResponse:  # noqa: N802
        return messages.RuntimeOptionsResponse()

    def GetProgramDependencies(self, _request: Any, _context: Any) -> messages.GetProgramDependenciesResponse:  # noqa: N802
        return messages.GetProgramDependenciesResponse()

    def GetRequiredPackages(self, _request: Any, _context: Any) -> messages.GetRequiredPackagesResponse:  # noqa: N802
        """Name a plugin for each installed `pulumi-*` that doesn't say that it needs none."""
        return messages.GetRequiredPackagesResponse(
            packages=[
                plugin_pb2.PackageDependency(
                    name=found.name.removeprefix("pulumi-"), kind="resource", version=f"v{found.version}"
                )
                for found in metadata.distributions()
                if found.name.startswith("pulumi-") and _is_resource(found.name.replace("-", "_"))
            ]
        )

    def InstallDependencies(self, request: Any, _context: Any) -> Iterator[messages.InstallDependenciesResponse]:  # noqa: N802
        """The program's virtual environment is this one."""
        directory = Path(request.info.program_directory)
        yield messages.InstallDependenciesResponse(stdout=(directory / "requirements.txt").read_bytes())
        (directory / request.info.options["virtualenv"]).symlink_to(sys.prefix)

    def Run(self, request: Any, _context: Any) -> messages.RunResponse:  # noqa: N802
        """Run the program in a process of its own."""
        settings = {
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "root_directory": request.info.root_directory,
            "monitor": request.monitor_address,
            "engine": self._engine,
            "parallel": request.parallel,
            "dry_run": request.dryRun,
        }
        given = [settings, dict(request.config), list(request.configSecretKeys), request.info.entry_point]
        python = Path(request.info.program_directory, request.info.options["virtualenv"], "bin", "python")
        command = [str(python), __file__, "--program"]
        done = subprocess.run(command, cwd=request.pwd, input=json.dumps(given), text=True, check=False)  # noqa: S603
        return messages.RunResponse(error="" if done.returncode == 0 else f"exit code {done.returncode}")

    def RunPlugin(self, request: Any, _context: Any) -> Iterator[messages.RunPluginResponse]:  # noqa: N802
        """Run a plugin's folder; what it prints first is its port."""
        folder = Path(request.info.program_directory)
        python = folder / request.info.options["virtualenv"] / "bin" / "python"
        variables = {**os.environ, **dict(entry.split("=", 1) for entry in request.env)}
        command = [str(python), "-u", str(folder), *request.args]
        with subprocess.Popen(command, cwd=request.pwd, env=variables, stdout=subprocess.PIPE) as plugin:  # noqa: S603
            for line in plugin.stdout or ():
                yield messages.RunPluginResponse(stdout=line)
        yield messages.RunPluginResponse(exitcode=plugin.returncode)

    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()


def _is_resource(module: str) -> bool:
    spec = util.find_spec(module)
    for folder in (spec and spec.submodule_search_locations) or []:
        path = Path(folder) / "pulumi-plugin.json"
        if path.exists():
            return bool(json.loads(path.read_text()).get("resource"))
    return True


def serve(engine: str) -> None:
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(engine), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)  # noqa: T201 how the engine learns it
    with suppress(KeyboardInterrupt):  # how the engine ends it
        server.wait_for_termination()


def run_program() -> None:
    """As pulumi-language-python-exec does."""
    settings, config, secret_keys, entry_point = json.load(sys.stdin)
    sys.path[0] = os.getcwd()  # noqa: PTH109 the program's folder, not this file's
    set_all_config(config, secret_keys)
    pulumi.runtime.configure(pulumi.runtime.Settings(**settings))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def program() -> None:
        runpy.run_path(entry_point, run_name="__main__")

    loop.run_until_complete(run_in_stack(program))


if __name__ == "__main__":
    if sys.argv[1] == "--program":
        run_program()
    else:
        serve(sys.argv[1])
