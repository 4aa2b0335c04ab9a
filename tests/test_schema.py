"""JSON Schemas of assumption files: they accept every good file and underline what surely is wrong."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from conftest import ASSUMPTIONS, CASES, SHIPPED
from ruamel.yaml import YAML

from valuation.cli import main
from valuation.methods import METHODS
from valuation.reading import load
from valuation.schedules import SCHEDULES
from valuation.schema import FOLDER, KINDS, Offered, schema
from valuation.schema.write import spelled
from valuation.transactions import ROUTES

FILES = sorted(path for case in SHIPPED for path in case.rglob("*.yaml"))
WHOLE = sorted((CASES / "good").glob("*.yaml"))
MODELINE = "# yaml-language-server: $schema="


def read(text: str) -> Any:
    """A file as an editor's YAML 1.2 sees it: days are texts."""
    found = YAML(typ="safe", pure=True).load(text)
    return json.loads(json.dumps(found, default=lambda day: day.isoformat() if isinstance(day, datetime.date) else day))


def wrong(kind: str, text: str) -> set[str]:
    """Where a file of a kind goes against its schema, and on what: the deepest complaints."""
    errors = jsonschema.Draft7Validator(schema(kind)).iter_errors(read(text))
    return {".".join(map(str, one.absolute_path)) or one.message.split("'")[1] for one in errors}


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_a_schema_and_the_file_that_editors_read_is_current(kind: str) -> None:
    jsonschema.Draft7Validator.check_schema(schema(kind))
    assert spelled(schema(kind)) == (ASSUMPTIONS / FOLDER / f"{kind}.json").read_text("utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ASSUMPTIONS)))
def test_every_file_of_a_shipped_case_names_its_schema_and_agrees_with_it(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith(MODELINE)
    named = (path.parent / text.splitlines()[0].removeprefix(MODELINE)).resolve()
    assert (ASSUMPTIONS / FOLDER).resolve() == named.parent
    inside = path.relative_to(ASSUMPTIONS).parts[1:]
    assert named.stem == (inside[0].removesuffix("s") if len(inside) > 1 else path.stem)
    assert set() == wrong(named.stem, text)


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_every_good_case_of_one_file_agrees_with_the_whole_schema(path: Path) -> None:
    assert set() == wrong("valuation", path.read_text("utf-8"))


SEGMENT = """\
method: dcf
revenue: 1000 CNY m
growth: 10%
margin: 15%
tax_rate: 25%
wacc: 9%
"""


@pytest.mark.parametrize(
    ("kind", "text", "where"),
    [
        ("segment", SEGMENT, set()),
        ("segment", SEGMENT.replace("method: dcf", "method: dfc"), {"method"}),
        ("segment", SEGMENT.replace("wacc: 9%", "wacc: 9"), {"wacc"}),
        ("segment", SEGMENT.replace("wacc: 9%", "wacc: {value: 9}"), {"wacc"}),
        ("segment", SEGMENT.replace("1000 CNY m", "1000"), {"revenue"}),
        ("segment", SEGMENT.replace("growth: 10%", "grwth: 10%"), {"growth"}),
        ("segment", SEGMENT.replace("15%", "~ perrt(10%, 15%, 20%)"), {"margin"}),
        ("segment", SEGMENT.replace("15%", "{value: 15%, sorce: judgement}"), {"margin"}),
        ("segment", SEGMENT.replace("15%", "{value: 15%, source: judgement}"), {"margin"}),
        ("segment", SEGMENT + "timing: mid year\n", {"timing"}),
        ("segment", SEGMENT + "owned: [90%, 80%]\n", {"owned"}),
        ("segment", "name: A\n", {""}),
        ("segment", "methods: {dcf: {weight: 50%, revenue: 3 CNY m}}\n", {"methods.dcf"}),
        ("transaction", "route: sail\npart: cloud\nprobability: 10%\n", {"route"}),
        ("transaction", "route: sale\nprobability: 10%\n", {"part"}),
        ("case", "currency: RMBY\ndate: 2 Feb 2026\nsegmentz: [a]\n", {"currency", "date", "segmentz"}),
        ("correlations", "- {between: [a, b], rank: 2}\n", {""}),
        ("scenarios", "bull: {probability: 30%, sets: {}}\n", {"bull"}),
        ("checks", "terminal_shares: {severity: info, why: x}\n", {"terminal_shares"}),
        ("shares", "price: 10 CNY/share\n", {""}),
        ("market", "low_52_weeks: 10 CNY/share\n", {"high_52_weeks"}),
    ],
)  # fmt: skip
def test_what_surely_is_wrong_is_underlined_where_it_stands(kind: str, text: str, where: set[str]) -> None:
    found = wrong(kind, text)
    if where == {""}:
        assert found
    else:
        assert where == found


def test_every_parameter_is_offered_with_its_label() -> None:
    for kind, register in (("segment", METHODS), ("schedule", SCHEDULES), ("transaction", ROUTES)):
        definitions = schema(kind)["definitions"]
        for name, found in register.items():
            offered = definitions[f"given to {name}"]["properties"]
            assert list(found.parameters) == list(offered)
            for one in found.parameters.values():
                assert one.label in offered[one.name]["description"]


def test_a_case_offers_its_own_names() -> None:
    offered = Offered.of(load(ASSUMPTIONS / "alibaba"))
    text = "bull: {probability: 30%, set: {drivers.risk_fre: 2%}}"
    assert list(jsonschema.Draft7Validator(schema("scenarios")).iter_errors(read(text))) == []
    [error] = jsonschema.Draft7Validator(schema("scenarios", offered)).iter_errors(read(text))
    assert "drivers.risk_fre" in error.message
    assert (
        "drivers.risk_free" in schema("scenarios", offered)["additionalProperties"]["properties"]["set"]["properties"]
    )


def test_the_command_prints_one_and_writes_all(tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["schema", "--kind", "bridge"])
    assert (0, schema("bridge")) == (printed.exit_code, json.loads(printed.stdout))
    assert schema() == json.loads(CliRunner().invoke(main, ["schema"]).stdout)
    done = CliRunner().invoke(main, ["schema", str(ASSUMPTIONS / "ebay"), "-o", str(tmp_path / "here")])
    assert done.exit_code == 0
    assert {f"{kind}.json" for kind in KINDS} == {path.name for path in (tmp_path / "here").iterdir()}
    assert "paypal" in (tmp_path / "here/transaction.json").read_text("utf-8")


def test_the_kinds_of_the_command_are_those_of_the_schemas() -> None:
    from valuation.cli.schema import KINDS as OFFERED

    assert KINDS == OFFERED
