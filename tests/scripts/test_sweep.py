import pytest

import sweep
from support.kill_cases import CASES

FIRST = CASES[0]._asdict()


def test_what_has_run_least_runs_first_and_each_batch_has_one_stack() -> None:
    stack = CASES[0][3:]
    of_stack = [case for case in CASES if case[3:] == stack]
    log: list[sweep.Result] = [{**case._asdict()} for case in CASES if case not in of_stack[:5]]
    made = sweep.batches(log, 4 * sweep.RUNS_OF_A_BATCH)
    assert set(of_stack[:5]) == set(next(batch for batch in made if batch[0][3:] == stack)[:5])
    assert [len({case[3:] for case in batch}) for batch in made] == [1, 1, 1, 1]
    assert [len(batch) for batch in made] == [sweep.RUNS_OF_A_BATCH] * 4


def test_a_run_that_was_not_reached_is_no_violation_and_not_counted() -> None:
    text = sweep.table([{**FIRST}, {**FIRST, "not reached": True}])
    assert f"| {CASES[0].instant} | 1 |" in text
    assert text.endswith("1 runs, 0 with a violation; 1 not reached")


def test_whatever_else_a_result_says_is_a_violation() -> None:
    results: list[sweep.Result] = [{**FIRST, "orphans": 1}, {**FIRST, "failed": "x"}, {**FIRST}]
    assert [bool(sweep.violations(result)) for result in results] == [True, True, False]
    assert f"| {CASES[0].instant} | **2 of 3** |" in sweep.table(results)


def test_a_sweep_says_how_it_stands_on_stderr_in_lines_where_that_is_no_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with sweep.new_progress() as progress:
        bar = progress.add_task("", total=2, counts="")
        progress.update(bar, advance=1, counts="")
        progress.console.print(sweep.counts_of([{**FIRST}, {**FIRST, "orphans": 1}, {**FIRST, "not reached": True}]))
    assert capfd.readouterr() == ("", "3 runs, 1 with a violation, 1 not reached\n")


def test_a_sweep_shows_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with sweep.new_progress() as progress:
        progress.update(progress.add_task("", total=4, counts="1 runs"), advance=1)
    out, errors = capfd.readouterr()
    assert out == ""
    assert "1/4" in errors
