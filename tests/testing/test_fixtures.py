"""The testing kit's fixtures, in a pytest run of a user's."""

from pathlib import Path

import pytest

CONFTEST = 'pytest_plugins = ["pulumi_kinetic.testing.fixtures"]\n'
WITHOUT_EXTRA = 'import sys\nfor name in ("fastapi", "starlette", "uvicorn"):\n    sys.modules[name] = None\n'


@pytest.fixture
def users(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder of a user's tests that have opted in. PATH has no `pulumi`."""
    pytester.makeconftest(CONFTEST)
    monkeypatch.setenv("PATH", str(pytester.mkdir("bin")))
    monkeypatch.delenv("KINETIC_API_KEY", raising=False)
    return pytester


def run(users: pytest.Pytester, test: str, *options: str) -> pytest.RunResult:
    users.makepyfile(test)
    return users.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error", *options)


def test_nothing_is_there_without_opting_in(users: pytest.Pytester) -> None:
    users.makeconftest("")
    result = run(users, "def test_it(kinetic_emulator):\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'kinetic_emulator' not found*"])


def test_the_fixtures_are_listed_with_what_they_are_for(users: pytest.Pytester) -> None:
    listed = run(users, "", "--fixtures").stdout.str()
    for name in ("kinetic_emulator", "kinetic_env", "kinetic_stack"):
        assert f"\n{name}" in listed


def test_one_server_is_new_for_each_test(users: pytest.Pytester) -> None:
    test = """
        import pytest

        urls = set()

        @pytest.mark.parametrize("number", [1, 2, 3])
        def test_it(kinetic_emulator, number):
            assert kinetic_emulator.endpoints() == {}
            kinetic_emulator.seed(number)
            kinetic_emulator.faults({"status": 500, "times": 100})
            urls.add(kinetic_emulator.url)
            assert len(urls) == 1
    """
    run(users, test).assert_outcomes(passed=3)


def test_the_environment_is_the_emulators_and_of_the_test_alone(users: pytest.Pytester) -> None:
    test = """
        import os
        from pathlib import Path

        import pulumi_kinetic as kinetic
        from pulumi_kinetic.journal import default_folder

        def test_inside(kinetic_emulator, kinetic_env, tmp_path):
            kinetic_emulator.seed(2)
            assert len(kinetic.list_webhook_endpoints()) == 2
            assert default_folder(Path.cwd()).is_relative_to(tmp_path)

        def test_after_it():
            assert not {"KINETIC_API_KEY", "KINETIC_BASE_URL"} & os.environ.keys()
            assert "kinetic" not in os.environ.get("PULUMI_HOME", "")
    """
    run(users, test).assert_outcomes(passed=2)


def test_the_users_plugins_are_there_and_nothing_else_of_the_home(
    users: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "of-the-user" / "plugins" / "resource-random-v4.0.0").mkdir(parents=True)
    (tmp_path / "of-the-user" / "credentials.json").write_text("{}")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "of-the-user"))
    test = """
        import os
        from pathlib import Path

        def test_it(kinetic_env):
            home = Path(os.environ["PULUMI_HOME"])
            assert [path.name for path in home.iterdir()] == ["plugins"]
            assert (home / "plugins" / "resource-random-v4.0.0").is_dir()
    """
    run(users, test).assert_outcomes(passed=1)


def test_a_stack_without_the_cli_fails_and_says_what_to_install(users: pytest.Pytester) -> None:
    result = run(users, "def test_it(kinetic_stack):\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["there is no `pulumi` on PATH, so no stack can be run", "Install the Pulumi CLI *"])


def test_a_missing_extra_fails_and_is_named(users: pytest.Pytester) -> None:
    users.makeconftest(WITHOUT_EXTRA + CONFTEST)
    result = run(users, "def test_it(kinetic_emulator):\n    pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the emulator needs more packages (*): install pulumi-kinetic[[]emulator]"])
    assert "Traceback" not in result.stdout.str()


def test_mocks_need_neither_extra_nor_cli(users: pytest.Pytester) -> None:
    users.makeconftest(WITHOUT_EXTRA + CONFTEST)
    test = """
        import pulumi
        import pytest

        import pulumi_kinetic as kinetic
        from pulumi_kinetic.testing import CheckError, Mocks

        def test_it():
            pulumi.runtime.set_mocks(Mocks())
            with pytest.raises(CheckError, match="url must begin with https://"):
                pulumi.runtime.test(lambda: kinetic.WebhookEndpoint("orders", url="ftp://x").url)()
    """
    run(users, test, "-W", "ignore").assert_outcomes(passed=1)
