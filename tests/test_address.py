import json
from pathlib import Path

import pytest

from pulumi_kinetic.address import (
    DYNAMIC_TYPE,
    Address,
    backend_url,
    dynamic_urn,
    explicit_provider,
    stack_and_project,
)

DEFAULT = "urn:pulumi:dev::shop::pulumi:providers:kinetic::default_0_1_0"
EXPLICIT = "urn:pulumi:dev::shop::pulumi:providers:kinetic::prod"


def test_the_digest_tells_addresses_apart_and_is_stable() -> None:
    here = Address("file:///state", "shop", "dev", "", "urn:orders")
    assert here.digest() == Address(*here).digest() == "d4ccf251b1ef1e48"
    others = [here._replace(**{part: "another"}) for part in here._fields]
    assert len({here.digest(), *(other.digest() for other in others)}) == 6


def test_stack_and_project_come_from_the_urn() -> None:
    assert stack_and_project("urn:pulumi:dev::shop::kinetic:index:WebhookEndpoint::a::b") == ("dev", "shop")
    assert stack_and_project("") == ("", "")


def test_only_a_provider_of_the_program_is_part_of_an_address() -> None:
    assert explicit_provider(EXPLICIT) == EXPLICIT
    assert (
        explicit_provider(DEFAULT) == explicit_provider("urn:pulumi:dev::shop::pulumi:providers:kinetic::default") == ""
    )


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
    variables = {"PULUMI_BACKEND_URL": "postgres://me:SECRET@db.example:5432/pulumi?sslmode=require"}
    assert backend_url(project, variables) == "postgres://me@db.example:5432/pulumi?sslmode=require"


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


@pytest.mark.parametrize("broken", ["backend: [", "- list", "backend: text", "backend: {url: 7}", "\x00"])
def test_a_broken_project_file_is_the_clis_business(project: Path, tmp_path: Path, broken: str) -> None:
    (project / "Pulumi.yaml").write_text(broken)
    assert backend_url(project, {"PULUMI_HOME": str(tmp_path)}) == "https://api.pulumi.com"


@pytest.mark.parametrize("url", ["file://state", "file://./state", "file://x/../state", "file://{project}/state/"])
def test_a_relative_folder_counts_from_the_project(project: Path, url: str) -> None:
    variables = {"PULUMI_BACKEND_URL": url.format(project=project)}
    assert backend_url(project / "sub", variables) == f"file://{project}/state"


def test_a_folder_of_the_home_is_absolute(project: Path) -> None:
    assert backend_url(project, {"PULUMI_BACKEND_URL": "file://~"}) == f"file://{Path.home()}"
