import json
from pathlib import Path

import pytest

from pulumi_kinetic.address import (
    DYNAMIC_TYPE,
    Address,
    backend_url,
    dynamic_urn,
    stack_and_project,
)


def test_the_digest_tells_addresses_apart_and_is_stable() -> None:
    here = Address("file:///state", "shop", "dev", "urn:orders")
    assert here.digest() == Address(*here).digest() == "64d40989b0d96f92"
    others = [here._replace(**{part: "another"}) for part in here._fields]
    assert len({here.digest(), *(other.digest() for other in others)}) == 5


def test_stack_and_project_come_from_the_urn() -> None:
    assert stack_and_project("urn:pulumi:dev::shop::kinetic:index:WebhookEndpoint::a::b") == ("dev", "shop")
    assert stack_and_project("") == ("", "")


@pytest.mark.parametrize(
    ("parent", "urn"),
    [
        ("", f"urn:pulumi:dev::shop::{DYNAMIC_TYPE}::a::b"),
        ("urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", f"urn:pulumi:dev::shop::{DYNAMIC_TYPE}::a::b"),
        ("urn:pulumi:dev::shop::my:comp:A::x", f"urn:pulumi:dev::shop::my:comp:A${DYNAMIC_TYPE}::a::b"),
        ("urn:pulumi:dev::shop::my:B$my:A::x::y", f"urn:pulumi:dev::shop::my:B$my:A${DYNAMIC_TYPE}::a::b"),
    ],
)
def test_a_dynamic_resources_urn_is_the_engines(parent: str, urn: str) -> None:
    assert dynamic_urn("dev", "shop", "a::b", parent) == urn


def test_a_password_in_a_backends_url_is_not_kept(project: Path) -> None:
    for login in ("", "me@", "me:SECRET@", "me:SEC@RET@"):
        variables = {"PULUMI_BACKEND_URL": f"postgres://{login}db.example:5432/pulumi?password=SECRET&sslmode=require"}
        assert backend_url(project, variables) == "postgres://db.example:5432/pulumi?password&sslmode=require"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "sub").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    return folder


def test_the_variable_comes_first(project: Path) -> None:
    (project / "Pulumi.yaml").write_text("backend: {url: 's3://of-the-project'}")
    assert backend_url(project, {"PULUMI_BACKEND_URL": "s3://bucket?region=a"}) == "s3://bucket?region=a"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Pulumi.yaml", "name: shop\nbackend:\n  url: s3://of-the-project\n"),
        ("Pulumi.yaml", '{"name": "shop", "backend": {"url": "s3://of-the-project"}}'),
        ("Pulumi.yml", "backend: {url: 's3://of-the-project'}"),
        ("Pulumi.json", '{"backend": {"url": "s3://of-the-project"}}'),
    ],
)
def test_then_the_project_file_whatever_its_form(project: Path, name: str, text: str) -> None:
    (project / "Pulumi.yaml").unlink()
    (project / name).write_text(text)
    assert backend_url(project / "sub", {}) == "s3://of-the-project"


@pytest.mark.parametrize("variable", ["PULUMI_HOME", "PULUMI_CREDENTIALS_PATH"])
def test_then_the_login_of_the_cli(project: Path, tmp_path: Path, variable: str) -> None:
    (tmp_path / "credentials.json").write_text(json.dumps({"current": "azblob://container"}))
    assert backend_url(project, {variable: str(tmp_path)}) == "azblob://container"


@pytest.mark.parametrize("credentials", [None, "{", "{}", "[]", '{"current": null}'])
def test_without_a_login_it_is_pulumi_cloud(project: Path, tmp_path: Path, credentials: str | None) -> None:
    if credentials is not None:
        (tmp_path / "credentials.json").write_text(credentials)
    assert backend_url(project, {"PULUMI_HOME": str(tmp_path)}) == "https://api.pulumi.com"


def test_a_home_of_nobody_is_the_clis_business(project: Path) -> None:
    assert backend_url(project, {"PULUMI_BACKEND_URL": "file://~nosuchuser/x"}) == f"file://{project}/~nosuchuser/x"


@pytest.mark.parametrize("broken", ["backend: [", "- list", "backend: text", "backend: {url: 7}", "\x00"])
def test_a_broken_project_file_is_the_clis_business(project: Path, tmp_path: Path, broken: str) -> None:
    (project / "Pulumi.yaml").write_text(broken)
    assert backend_url(project, {"PULUMI_HOME": str(tmp_path)}) == "https://api.pulumi.com"


@pytest.mark.parametrize(
    "url",
    ["file://state", "file://./state", "file://x/../state", "file://{sub}/state/", "file://state?no_tmp_dir=true"],
)
def test_a_relative_folder_counts_from_where_the_cli_runs(project: Path, url: str) -> None:
    sub = project / "sub"
    assert backend_url(sub, {"PULUMI_BACKEND_URL": url.format(sub=sub)}) == f"file://{sub}/state"


def test_a_folder_and_a_link_to_it_are_one_backend(project: Path) -> None:
    (project / "link").symlink_to(project / "sub")
    assert backend_url(project, {"PULUMI_BACKEND_URL": "file://link"}) == f"file://{project}/sub"


def test_a_relative_home_of_the_cli_counts_from_where_it_runs(project: Path) -> None:
    (project / "sub" / "credentials.json").write_text(json.dumps({"current": "gs://bucket"}))
    assert backend_url(project, {"PULUMI_HOME": "sub"}) == "gs://bucket"


def test_a_folder_of_the_home_is_absolute(project: Path) -> None:
    assert backend_url(project, {"PULUMI_BACKEND_URL": "file://~"}) == f"file://{Path.home()}"
