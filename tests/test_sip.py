"""Draws as SIPs: what another program reads is what the run drew."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import ASSUMPTIONS

from valuation.cli.commands import main
from valuation.reading import load
from valuation.simulation.engine import simulate
from valuation.simulation.sip import save_sips

AMAZON = ASSUMPTIONS / "amazon"


def test_sips_hold_the_draws_to_the_last_digit(tmp_path: Path) -> None:
    case = load(AMAZON)
    name = next(found.name for found in case.inputs if found.distribution is not None)
    run = simulate(case, 512, keep=(name,))
    root = ElementTree.parse(save_sips(run, tmp_path / "draws.xml", "a <case> & more")).getroot()
    found = {sip.get("name"): np.array([float(text) for text in (sip.text or "").split(",")]) for sip in root}
    assert root.tag == "SLURP"
    assert root.get("name") == "a <case> & more"
    assert root.get("count") == str(len(found))
    assert {sip.get("count") for sip in root} == {str(run.draws)}
    np.testing.assert_array_equal(found["per_share"], run.per_share)
    np.testing.assert_array_equal(found[name], run.kept[name])
    for part, values in run.parts.items():
        np.testing.assert_array_equal(found[f"part.{part}"], values)


def test_the_command_writes_sips_and_refuses_other_names(tmp_path: Path) -> None:
    asked = ["run", str(AMAZON), "-o", str(tmp_path / "book.xlsx"), "--draws", "512", "--sip"]
    written = CliRunner().invoke(main, [*asked, str(tmp_path / "draws.xml")])
    assert written.exit_code == 0, written.output
    assert ElementTree.parse(tmp_path / "draws.xml").getroot().tag == "SLURP"
    assert CliRunner().invoke(main, [*asked, str(tmp_path / "draws.txt")]).exit_code != 0


def test_draws_that_were_not_kept_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="not kept"):
        save_sips(simulate(load(AMAZON), 512, keep_draws="none"), tmp_path / "draws.xml", "amazon")
    assert not list(tmp_path.iterdir())
