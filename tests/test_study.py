"""The Python interface: a study and its verbs, and pandas out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import valuation

ROOT = Path(__file__).parents[1]
ALIBABA = ROOT / "assumptions" / "alibaba"


@pytest.fixture(scope="module")
def study() -> valuation.Study:
    return valuation.load(ALIBABA)


def test_the_names_of_the_contract_are_there(study: valuation.Study, tmp_path: Path) -> None:
    simulation = study.simulate(draws=256, seed=7)
    assert simulation.per_share.shape == (simulation.draws,)
    assert simulation.quantile(0.05) < simulation.mean < simulation.quantile(0.95)
    assert simulation.standard_error > 0
    assert study.write_workbook(tmp_path / "book.xlsx", simulation).exists()
    assert valuation.methods.dcf.name == "dcf"


def test_draws_come_out_as_a_frame(study: valuation.Study) -> None:
    simulation = study.simulate(draws=64, seed=7)
    frame = simulation.to_frame()
    assert list(frame.columns) == ["per_share", *study.case.parts]
    np.testing.assert_array_equal(frame["per_share"].to_numpy(), simulation.per_share)


def test_inputs_come_out_as_a_frame(study: valuation.Study) -> None:
    frame = study.assumptions.to_frame()
    assert len(frame) == len(list(study.case.inputs))
    assert frame.loc["drivers.usd_cny", "base"] == study.case.input("drivers.usd_cny").base
    assert (frame["source"] != "").all()


def test_a_study_says_what_it_is(study: valuation.Study) -> None:
    assert "Alibaba Group, 7 parts" in repr(study)


def test_an_unknown_name_of_the_package_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'valuate'"):
        valuation.valuate  # noqa: B018
