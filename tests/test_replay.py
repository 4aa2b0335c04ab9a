"""Replay: published runs are made again to the last digit, and a changed case is told from a changed engine."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from valuation.cli import main
from valuation.problems import InvalidAssumptions
from valuation.published import FIGURES, Figure, find_run, replay, run_text

ROOT = Path(__file__).parents[1]
SHIPPED = sorted(path.parent.name for path in (ROOT / "assumptions").glob("*/case.yaml"))
TEXT = """\
name: Test
currency: CNY
date: 2026-02-02
shares: {diluted: 10 m shares, price: 0.2 CNY/share}
segments:
  a: {method: stake, value: ~ uniform(1 CNY m, 3 CNY m)}
"""


@pytest.mark.parametrize("case", SHIPPED)
def test_the_published_run_is_made_again(case: str) -> None:
    """Law 7: the figures in seeds/ follow from the files, to the last digits that processors agree on."""
    found = replay(find_run(ROOT / "seeds" / case / "run.yaml"))
    assert found.reproduced, str(found)
    assert found.same_inputs, "the case has changed: make docs"
    assert [figure.name for figure in found.figures] == ["drawn", *FIGURES]


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A case with its published run, as a repository keeps them."""
    (tmp_path / "assumptions").mkdir()
    (tmp_path / "assumptions" / "small.yaml").write_text(TEXT)
    run = tmp_path / "seeds" / "small" / "run.yaml"
    run.parent.mkdir(parents=True)
    run.write_text(run_text("assumptions/small.yaml", 512, 7, tmp_path))
    return run


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, arguments)])


@pytest.mark.parametrize("of", ["run", "case"])
def test_the_command_reproduces_it_from_the_run_or_the_case(
    of: str, published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    result = call(published if of == "run" else tmp_path / "assumptions" / "small.yaml")
    assert result.exit_code == 0, result.output
    assert "the case's files are those of the published run" in result.stdout
    assert "the draws are the same to the last bit" in result.stdout
    assert result.stdout.endswith("reproduced to the last digit\n")


def test_a_changed_case_is_told_from_a_changed_engine(published: Path, tmp_path: Path) -> None:
    case = tmp_path / "assumptions" / "small.yaml"
    case.write_text(TEXT.replace("3 CNY m", "3.1 CNY m"))
    changed = json.loads(call(published, "--json").stdout)
    assert (changed["reproduced"], changed["inputs"]["same"]) == (False, False)
    case.write_text(TEXT)
    published.write_text(re.sub(r"mean: .*", "mean: 0.2001", published.read_text()))
    engine = json.loads(call(published, "--json").stdout)
    assert (engine["reproduced"], engine["inputs"]["same"]) == (False, True)
    differing = [figure["name"] for figure in engine["figures"] if not figure["reproduced"]]
    assert differing == ["mean"]


def test_a_figure_that_differs_is_named_with_its_difference(published: Path) -> None:
    text = published.read_text()
    median = float(re.search(r"p50: (.*)", text)[1])  # type: ignore[index]
    published.write_text(text.replace(f"p50: {median!r}", f"p50: {median * (1 + 1e-6)!r}"))
    result = call(published)
    assert result.exit_code == 1
    assert re.search(r"p50 .* differs by -1\.0e-06", result.stdout)
    assert result.stdout.endswith("NOT reproduced: p50\n")


def test_a_note_in_the_files_leaves_the_figures(published: Path, tmp_path: Path) -> None:
    (tmp_path / "assumptions" / "small.yaml").write_text(TEXT + "# a note\n")
    result = call(published)
    assert result.exit_code == 0
    assert "the case's files have changed since the run was published" in result.stdout


@pytest.mark.parametrize(
    ("published", "found", "same"),
    [
        (1.0, 1.0, True),
        (123456.789012345, 123456.789012399, True),  # the twelfth digit is the sixth decimal
        (123456.789012345, 123456.789014, False),
        (0.00999999999999, 0.0099999999999900001, True),
        (1e-300, 1.00000001e-300, False),
        (-5.0, 5.0, False),
        (0.0, 0.0, True),
        (0.0, 1e-15, False),
        (float("nan"), float("nan"), True),
        (float("nan"), 1.0, False),
        (1.0, float("nan"), False),
    ],
)
def test_twelve_digits_must_agree(published: float, found: float, same: bool) -> None:
    assert Figure("mean", published, found).reproduced is same


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_either_engine_reproduces_it(engine: str, published: Path) -> None:
    from valuation.study import load

    run = find_run(published)
    study = load(run.case)
    simulation = study.simulate(run.counts["draws"], run.counts["seed"], kind=run.kind, engine=engine)
    assert Figure("mean", run.figures["mean"], simulation.mean).reproduced


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("seed: 7\n", ""), "run.yaml: seed: missing in the published run"),
        (("seed: 7", "seed: -1"), "run.yaml:8:7: seed: expected a whole number from 0 to"),
        (("draws: 512", "draws: 1e9"), "run.yaml:5:8: draws: expected a whole number from 1 to 100,000,000, found '1e9'"),  # noqa: E501
        (("sampling: sobol", "sampling: dice"), "run.yaml:7:1: sampling: expected one of sobol, lhs"),
        (("mean:", "meen:"), "meen: is not known in a published run; did you mean mean"),
        (("mean: ", "mean: about "), "mean: expected a number, found 'about"),
        (("case: assumptions/small.yaml", "case: [a]"), "case: expected a word or a number"),
        (("small.yaml\nversion", "gone.yaml\nversion"), "gone.yaml: expected a folder of assumptions or a YAML file"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_run_is_told_with_its_place(
    change: tuple[str, str], message: str, published: Path
) -> None:
    text = published.read_text()
    assert change[0] in text
    published.write_text(text.replace(*change))
    result = call(published)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["nowhere.yaml", "seeds"])
def test_what_is_no_run_is_told(name: str, published: Path, tmp_path: Path) -> None:
    result = call(tmp_path / name)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert str(tmp_path / name) in result.stderr


def test_a_case_without_a_published_run_is_told(tmp_path: Path, write: Callable[[str], Path]) -> None:
    with pytest.raises(InvalidAssumptions, match=r"there is no seeds/case_of_test/run\.yaml above it"):
        find_run(write(TEXT))


def test_a_run_is_found_by_its_case_from_anywhere(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(tmp_path / "assumptions" / "small.yaml", elsewhere / "small.yaml")
    monkeypatch.chdir(elsewhere)
    assert find_run(Path("small.yaml")).path.resolve() == published.resolve()
