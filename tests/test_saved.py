"""Draws in files: the same numbers as the run's, with what they are, and the same bytes twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import CASES
from pyarrow import parquet

from valuation import __version__
from valuation.cli import main
from valuation.identity import inputs_digest
from valuation.simulation.saved import MISSING, save_draws
from valuation.study import Study, load

MARKET = CASES / "good" / "market"


@pytest.fixture(scope="module")
def study() -> Study:
    return load(MARKET)


@pytest.mark.parametrize("ending", ["npz", "parquet"])
def test_the_file_holds_the_draws(ending: str, study: Study, tmp_path: Path) -> None:
    simulation = study.simulate(512, seed=7)
    path = save_draws(simulation, tmp_path / f"draws.{ending}")
    found = dict(np.load(path)) if ending == "npz" else dict(pd.read_parquet(path).items())
    assert list(found) == ["per_share", *(f"part.{name}" for name in study.case.parts)]
    np.testing.assert_array_equal(found["per_share"], simulation.per_share)
    for name, values in simulation.parts.items():
        np.testing.assert_array_equal(found[f"part.{name}"], values)


@pytest.mark.parametrize("ending", ["npz", "parquet"])
def test_the_same_run_gives_the_same_bytes(ending: str, study: Study, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.{ending}" for number in range(2)]
    for path in paths:
        save_draws(study.simulate(512, seed=7), path, {"case": "market"})
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_impossible_draws_are_nan_and_no_nulls(study: Study, tmp_path: Path) -> None:
    simulation = study.simulate(64, seed=7)
    impossible = np.isnan(simulation.per_share)
    assert impossible.any()
    table = parquet.read_table(save_draws(simulation, tmp_path / "draws.parquet"))
    column = table.column("per_share")
    assert column.null_count == 0
    np.testing.assert_array_equal(np.isnan(column.to_numpy()), impossible)


def test_the_command_tells_the_file_what_it_holds(tmp_path: Path, study: Study) -> None:
    target = tmp_path / "draws.parquet"
    arguments = ["run", str(MARKET), "-o", str(tmp_path / "b.xlsx"), "--draws", "512", "--seed", "3", "--json"]
    result = CliRunner().invoke(main, [*arguments, "--draws-to", str(target)])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    schema = parquet.read_schema(target)
    about = {key.decode(): text.decode() for key, text in schema.metadata.items()}
    assert about == {
        "case": "market",
        "inputs": inputs_digest(study.case),
        "run": told["identity"]["run"],
        "seed": "3",
        "draws": str(told["simulation"]["draws"]),
        "sampling": "sobol",
        "version": __version__,
        "unit": str(study.case.quote),
    }
    assert schema.field("per_share").metadata == {b"unit": str(study.case.quote).encode()}
    assert told["draws"] == str(target)
    assert pd.read_parquet(target)["per_share"].mean() == pytest.approx(told["simulation"]["mean"], rel=1e-12)


WITHOUT = """
import sys
sys.modules["pyarrow"] = None
from importlib import util
found = util.find_spec
util.find_spec = lambda name, *more: None if name == "pyarrow" else found(name, *more)
from valuation.cli import main
main(sys.argv[1:], prog_name="valuation")
"""


def test_without_pyarrow_the_remedy_is_told_before_the_run(tmp_path: Path) -> None:
    arguments = ["run", str(MARKET), "-o", str(tmp_path / "b.xlsx"), "--draws-to", str(tmp_path / "d.parquet")]
    done = subprocess.run([sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"{MISSING}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["draws.csv", "draws", "none/draws.parquet"])
def test_a_target_that_cannot_be_is_told_before_the_run(name: str, tmp_path: Path) -> None:
    arguments = ["run", str(MARKET), "-o", str(tmp_path / "b.xlsx"), "--draws-to", str(tmp_path / name)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
