import re
from pathlib import Path

import pytest

from pulumi_kinetic import errors
from pulumi_kinetic.cli import exit_codes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "exit-codes.md"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.SettingsError(["the API key is missing"]), 2),
        (errors.EnvironmentMismatchError("we_1", "sandbox", "production"), 2),
        (errors.UnauthorizedError("list", "refused"), 3),
        (errors.ForbiddenError("list", "refused"), 3),
        (errors.ServerError("list", "failed"), 1),
        (errors.StackError("no stack"), 1),
        (errors.KineticError("whatever"), 1),
    ],
)
def test_the_kind_of_error_decides(error: errors.KineticError, code: int) -> None:
    assert exit_codes.of(error) == code


def test_the_documented_table_is_the_codes() -> None:
    rows = re.findall(r"^\| (\d) \|", PAGE.read_text(), re.MULTILINE)
    codes = {value for name, value in vars(exit_codes).items() if name.isupper()}
    assert set(map(int, rows)) == {0, *codes}
