"""The compiled reading: machine code that finds what NumPy finds, and a cache that is never in the way."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba", reason="the compiled reading is an extra")

from conftest import GOOD, SHIPPED
from hypothesis import given, settings
from kernels import NAN, NASTY, drawn_values, grid, recorded
from strategies import INPUTS, Model, models

from valuation.assumptions import Case
from valuation.columns import STATISTICS
from valuation.compiled import Kernel, NotCompiled, cache, compile_model, compile_rows
from valuation.compiled.graph import NEIGHBOURS_AND_ROWS
from valuation.compiled.spelling import SPELLINGS, TESTS
from valuation.formula import Reference
from valuation.lines import Lines
from valuation.model import value
from valuation.operations import OPERATIONS
from valuation.quantiles import QUANTILES
from valuation.reading import load
from valuation.recording import Recording, evaluate_all
from valuation.units import NUMBER


@pytest.fixture(scope="module", autouse=True)
def cache_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Compiled code of these tests stays out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv(cache.FOLDER, str(folder))
        yield folder


def run(kernel: Kernel | NotCompiled, values: np.ndarray) -> dict[str, np.ndarray]:
    assert isinstance(kernel, Kernel), kernel.reason
    out = np.full((max(place.stop for place in kernel.places.values()), values.shape[1]), 12345.0)
    kernel(values, out)
    return {name: out[place] for name, place in kernel.places.items()}


# Operations -----------------------------------------------------------------------------------------------------------


def test_every_operation_of_the_table_has_a_compiled_spelling() -> None:
    assert {*SPELLINGS, *TESTS, *NEIGHBOURS_AND_ROWS} == set(OPERATIONS) - {*STATISTICS, *QUANTILES}


@pytest.mark.parametrize("name", sorted({*SPELLINGS, *TESTS}))
def test_an_operation_finds_what_numpy_finds_of_nasty_numbers(name: str) -> None:
    operands = grid(name)
    expected = OPERATIONS[name].compute(*operands)
    recording, formula = recorded(name, len(operands))
    kernel = compile_rows(recording, {}, recording.inputs, {"found": formula})
    np.testing.assert_allclose(run(kernel, operands)["found"][0], expected, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", [name for name in sorted({*SPELLINGS, *TESTS}) if len(grid(name)) == 2])
@pytest.mark.parametrize("side", [0, 1])
def test_an_operation_with_a_certain_operand_finds_what_numpy_finds(name: str, side: int) -> None:
    drawn = np.array(NASTY)[None]
    for certain in (0.0, 1.0, -2.5, NAN):
        recording, formula = recorded(name, 2)
        rows = list(recording.inputs.values())
        kernel = compile_rows(recording, {rows[side]: certain}, {"drawn": rows[1 - side]}, {"found": formula})
        operands = [drawn[0], certain] if side else [certain, drawn[0]]
        np.testing.assert_allclose(
            run(kernel, drawn)["found"][0], OPERATIONS[name].compute(*operands), rtol=1e-12, atol=0
        )


def test_infinity_inside_a_formula_is_no_number_in_the_end() -> None:
    """1 / (1 / 0), a maximum, a choice and a comparison would hide it."""
    recording = Recording(1)
    a, b = (recording.input(name, name, NUMBER) for name in "ab")
    one = recording.constant("One", 1.0)
    maximum, where, above = (OPERATIONS[name] for name in ("maximum", "where", "above"))
    hidden = {
        "quotient": b / (one / a),
        "maximum": maximum(-(one / a), b),
        "comparison": above(b / a, b),
        "choice": where(one / a, b, b),
    }
    found = run(compile_rows(recording, {}, recording.inputs, hidden), np.array([[0.0, 2.0], [1.0, 1.0]]))
    assert {name: [bool(v) for v in np.isnan(values[0])] for name, values in found.items()} == {
        name: [True, False] for name in hidden
    }


@given(models())
@settings(max_examples=25, deadline=None, derandomize=True)  # where the last bit of exp decides, both are right
def test_random_formulas_find_what_numpy_finds(model: Model) -> None:
    compare(model, INPUTS)


@given(models(nested=False))
@settings(max_examples=15, deadline=None, derandomize=True)
def test_random_formulas_of_which_a_part_is_certain_find_what_numpy_finds(model: Model) -> None:
    model.draws |= {name: [values[0]] * len(values) for name, values in model.draws.items() if name not in INPUTS[:4]}
    compare(model, INPUTS[:4])


def compare(model: Model, drawn: tuple[str, ...]) -> None:
    recording, result = model.recorded()
    cells = {recording.inputs[name]: array for name, array in model.inputs.items()}
    expected = evaluate_all(recording, cells)
    certain = {row: array[0] for row, array in cells.items()}
    outputs = {str(number): Reference(row) for number, row in enumerate([*recording.written, result.row])}
    kernel = compile_rows(recording, certain, {name: recording.inputs[name] for name in drawn}, outputs)
    found = run(kernel, np.array([model.inputs[name] for name in drawn]))
    for number, row in enumerate([*recording.written, result.row]):
        values = np.broadcast_to(expected[row], found[str(number)].shape)
        np.testing.assert_allclose(found[str(number)], values, rtol=1e-12, atol=0, err_msg=row.label)


# Models ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*GOOD, *SHIPPED], ids=lambda path: path.stem)
def test_a_compiled_model_finds_what_numpy_finds_draw_by_draw(path: Path) -> None:
    """To 1e-12 of the number, or of the typical size of its row: what nearly cancels has no more digits than that."""
    case = load(path)
    names, given_values, drawn = drawn_values(case)
    kernel = compile_model(case, names)
    if path.stem == "market":
        assert kernel == NotCompiled("the operation percentile on drawn numbers has no compiled spelling")
        return
    found = run(kernel, drawn)
    lines = Lines(case.years)
    plain = value(case, lines, given_values)
    expected = {"per_share": plain.per_share}
    for name, part in plain.parts.items():
        expected |= {f"{name}.per_share": part.per_share, f"{name}.attributable": part.attributable}
    assert set(found) == set(expected)
    for name, values in expected.items():
        array = np.broadcast_to(values, found[name][0].shape)
        typical = np.nanmedian(np.abs(array)) if np.isfinite(array).any() else 0
        np.testing.assert_allclose(found[name][0], array, rtol=1e-12, atol=1e-12 * typical, err_msg=name)


CASE = """
drivers: {rate: "~ uniform(6%, 12%)"}
segments:
  a: {method: dcf, revenue: "~ normal(100 CNY m, 20 CNY m)", growth: "~ normal(4%, 9%)", margin: 20%, tax_rate: 25%,
      wacc: = drivers.rate, sales_to_capital: 2, terminal_growth: "~ uniform(2%, 7%)", terminal_return: 15%}
  b: {method: dcf, revenue: "~ normal(50 CNY m, 20 CNY m)", growth: "~ normal(2%, 3%)", margin: 10%, tax_rate: 20%,
      wacc: = drivers.rate, sales_to_capital: 3, terminal_growth: "~ uniform(2%, 3%)", terminal_return: 12%}
  c: {method: multiple, basis: EV/EBITA, metric: 10 CNY m, multiple: "~ lognormal(9, 0.2)", net_debt: 5 CNY m}
"""


def test_kept_names_are_outputs_a_year_or_one(case_of: Any) -> None:
    case = case_of(CASE)
    names, given_values, drawn = drawn_values(case)
    kept = ["a.ebita", "a.wacc", "drivers.rate", "b.enterprise_value", "c.metric"]
    found = run(compile_model(case, names, kept), drawn)
    lines = Lines(case.years)
    value(case, lines, given_values)
    np.testing.assert_allclose(found["a.ebita"], lines.scopes["a"]["ebita"], rtol=1e-12)
    np.testing.assert_array_equal(found["a.wacc"], lines.scopes["a"]["a.wacc"])
    np.testing.assert_array_equal(found["drivers.rate"][0], given_values["drivers.rate"])
    np.testing.assert_allclose(found["b.enterprise_value"][0], lines.scopes["b"]["enterprise_value"], rtol=1e-12)
    np.testing.assert_array_equal(found["c.metric"][0], np.full(500, 10.0))
    with pytest.raises(KeyError, match=r"a\.ebitda"):
        compile_model(case, names, ["a.ebitda"])


def test_segments_of_the_same_formulas_share_their_code(case_of: Any) -> None:
    one, two = (case_of(CASE.partition(end)[0]) for end in ("  b:", "  c:"))
    kernels = [compile_model(case, drawn_values(case)[0]) for case in (one, two)]
    forecasts = [{text for text in kernel.texts if text.count("\n") > 40} for kernel in kernels]
    assert len(forecasts[0]) == 1
    assert forecasts[0] == forecasts[1]


def test_a_case_without_uncertain_inputs_has_its_base_value_in_every_draw(case_of: Any) -> None:
    case = case_of(CASE)
    lines = Lines(case.years)
    expected = value(case, lines, case.base_values).per_share[0]
    np.testing.assert_allclose(
        run(compile_model(case, []), np.empty((0, 3)))["per_share"], [[expected] * 3], rtol=1e-14
    )


def test_the_same_draws_give_the_same_bytes_however_they_are_cut_and_laid_out(case_of: Any) -> None:
    case = case_of(CASE)
    names, _, drawn = drawn_values(case, 3001)
    kernel = compile_model(case, names)
    whole = run(kernel, drawn)["per_share"].tobytes()
    pieces = [run(kernel, drawn[:, start : start + 7])["per_share"] for start in range(0, 3001, 7)]
    assert np.concatenate(pieces, axis=1).tobytes() == whole
    apart = np.empty((2 * len(names), 3001))[::2]
    apart[:] = drawn
    assert run(kernel, apart)["per_share"].tobytes() == whole
    bits = np.frombuffer(whole, np.int64)[np.isnan(np.frombuffer(whole))]
    assert set(bits.tolist()) == {int(np.array(np.nan).view(np.int64))}


def test_threads_may_share_a_kernel(case_of: Any) -> None:
    case = case_of(CASE)
    names, _, drawn = drawn_values(case, 20_000)
    kernel = compile_model(case, names)
    expected = run(kernel, drawn)["per_share"].tobytes()
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(run(kernel, drawn)["per_share"].tobytes())) for _ in "1234"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


WRONG: dict[str, Callable[[np.ndarray, np.ndarray], tuple[Any, Any]]] = {
    "expected 8 rows of float64, found float64 of shape (7, 9)": lambda values, out: (values[1:], out),
    "expected 8 rows of float64, found float32 of shape (8, 9)": lambda values, out: (values.astype(np.float32), out),
    "expected 7 rows of float64, found float64 of shape (6, 9)": lambda values, out: (values, out[1:]),
    "expected outputs of 9 draws, found 8": lambda values, out: (values, np.empty((7, 8))),
    "the draws of a row must lie side by side: use np.ascontiguousarray": lambda values, out: (
        np.asfortranarray(values),
        out,
    ),
    "the array of outputs is read-only: give one of its own": lambda values, out: (
        values,
        np.broadcast_to(out, (7, 9)),
    ),
}


@pytest.mark.parametrize("message", WRONG)
def test_arrays_that_do_not_fit_are_refused_with_the_remedy(case_of: Any, message: str) -> None:
    case = case_of(CASE)
    names, _, drawn = drawn_values(case, 9)
    kernel = compile_model(case, names)
    assert isinstance(kernel, Kernel)
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
        kernel(*WRONG[message](drawn, np.empty((7, 9))))


BYTES = """
import hashlib, sys
import numpy as np
from valuation.compiled import compile_model
from valuation.reading import load
from valuation.simulation.evaluator import Evaluator
evaluator = Evaluator.of(load(sys.argv[1]))
names = [found.name for found in evaluator.uncertain]
given = evaluator.draw(np.random.default_rng(5).standard_normal((len(names), 1003)))
kernel = compile_model(evaluator.case, names)
out = np.empty((max(place.stop for place in kernel.places.values()), 1003))
kernel(np.array([given[name] for name in names]), out)
print(hashlib.sha256(out.tobytes()).hexdigest())
"""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names a processor of this family")
def test_a_processor_without_wide_instructions_gives_the_same_bytes(tmp_path: Path) -> None:
    """With exponentials, logarithms and normal distributions in it."""
    path = next(str(path) for path in GOOD if path.stem == "dilution_by_options")
    old = {"NUMBA_CPU_NAME": "nehalem", "NUMBA_CPU_FEATURES": "+sse4.2"}
    found = [
        subprocess.run(
            [sys.executable, "-c", BYTES, path],
            env={**os.environ, cache.FOLDER: str(tmp_path), **processor},
            check=True,
            capture_output=True,
        ).stdout
        for processor in ({}, old)
    ]
    assert found[0] == found[1]


# Digest and cache -----------------------------------------------------------------------------------------------------


def digest_of(case: Case) -> str:
    kernel = compile_model(case, [found.name for found in case.inputs if found.distribution is not None])
    assert isinstance(kernel, Kernel)
    return kernel.digest


def test_a_digest_is_of_formulas_not_of_numbers(case_of: Any) -> None:
    digest = digest_of(case_of(CASE))
    assert digest == digest_of(case_of(CASE.replace("margin: 20%", "margin: 21%").replace("15%", "16%")))
    assert digest == digest_of(case_of(CASE.replace("normal(4%, 9%)", "uniform(1%, 5%)")))
    assert digest != digest_of(case_of(CASE.replace("margin: 20%", "margin: = 20% + growth")))
    assert digest != digest_of(case_of(CASE.replace("margin: 20%", "margin: ~ uniform(10%, 20%)")))


SCRIPT = """
import sys
from valuation.compiled import compile_model
from valuation.reading import load
kernel = compile_model(load(sys.argv[1]), ["a.revenue", "drivers.rate"])
print(sum(piece.cache_hits for piece in kernel._pieces), len(kernel._pieces), repr(kernel.trouble))
"""


def test_another_process_does_not_compile_again(write: Callable[[str], Path], tmp_path: Path) -> None:
    environment = {**os.environ, cache.FOLDER: str(tmp_path / "cache")}
    command = [sys.executable, "-c", SCRIPT, str(write(CASE))]
    first, second = (
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.split()
        for _ in range(2)
    )
    assert first[0] == "0" and first[2] == "''"
    assert second == [first[1], first[1], "''"]


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(cache.FOLDER, str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.mark.parametrize("kind", ["*.py", "*.nbi", "*.nbc"])
@pytest.mark.parametrize("content", [b"", b"\x80garbage"], ids=["empty", "garbage"])
def test_a_broken_cache_is_survived_and_mended(case_of: Any, own_cache: Path, kind: str, content: bytes) -> None:
    case = case_of(CASE.partition("  b:")[0])
    names, _, drawn = drawn_values(case, 50)
    expected = run(compile_model(case, names), drawn)["per_share"].tobytes()
    broken = list(own_cache.rglob(kind))
    assert broken
    for file in broken:
        file.write_bytes(content)
    for _ in range(2):
        kernel = compile_model(case, names)
        assert run(kernel, drawn)["per_share"].tobytes() == expected
    assert kernel.trouble == ""
    assert not list(own_cache.rglob("*.part"))


def test_where_nothing_can_be_written_models_are_compiled_all_the_same(
    case_of: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(cache.FOLDER, str(tmp_path / "file"))
    case = case_of(CASE.partition("  b:")[0])
    names, _, drawn = drawn_values(case, 50)
    kernel = compile_model(case, names)
    assert np.isfinite(run(kernel, drawn)["per_share"]).any()
    assert kernel.trouble.startswith(f"the cache of compiled models in {tmp_path / 'file'} was not used (")


def test_without_numba_the_reason_is_told(case_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    kernel = compile_model(case_of(CASE), [])
    assert isinstance(kernel, NotCompiled)
    assert kernel.reason.startswith("numba cannot be used, install valuation[fast] (")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({"VALUATION_CACHE": "/a"}, "/a"), ({"XDG_CACHE_HOME": "/b"}, "/b/valuation"), ({}, "~/.cache/valuation")],
)
@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="these folders are Linux's")
def test_the_folder_is_the_users(variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VALUATION_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, content in variables.items():
        monkeypatch.setenv(name, content)
    assert cache.folder() == Path(expected).expanduser()
