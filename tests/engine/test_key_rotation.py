"""An API key is exchanged between two runs."""

from collections.abc import Callable

from support.emulator import KEY, EmulatorClient
from support.programs import Program
from support.stack import Deployment


def test_a_rotated_key_works_at_the_next_run(deploy: Callable[..., Deployment], emulator: EmulatorClient) -> None:
    deployment = deploy(Program())
    deployment.up_clean()
    emulator.keys(md_test_rotated={"environment": "sandbox"})
    shown = deployment.fails(deployment.refresh)
    assert "(401)" in shown
    assert "add --run-program" in shown
    assert len(deployment.resources()) == 1
    deployment.configure("kinetic:apiKey", "md_test_rotated")
    deployment.refresh(run_program=True, expect_no_changes=True)
    deployment.preview(refresh=True, run_program=True, expect_no_changes=True)
    deployment.up_clean()


def test_a_rotated_key_of_the_environment_works_in_every_run(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    deployment = deploy(Program(), variables={"KINETIC_API_KEY": KEY})
    deployment.stack.remove_config("kinetic:apiKey")
    deployment.up_clean()
    assert KEY not in deployment.cli("stack", "export", "--show-secrets", "--stack", "dev")
    emulator.keys(md_test_rotated={"environment": "sandbox"})
    deployment.set_variable("KINETIC_API_KEY", "md_test_rotated")
    deployment.expect_clean()


def test_a_rotated_key_works_at_once_and_is_no_change(
    deploy: Callable[..., Deployment], emulator: EmulatorClient
) -> None:
    emulator.keys(md_test_old={}, md_test_new={})
    deployment = deploy(Program("plugin"), {"apiKey": "md_test_old"})
    deployment.up_clean()
    emulator.keys(md_test_new={})
    deployment.configure("kinetic:apiKey", "md_test_new")
    deployment.stack.preview(expect_no_changes=True)
    deployment.up()
    deployment.expect_clean()
