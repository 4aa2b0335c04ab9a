"""Imports go down or sideways, heavy libraries wait until they are needed, and files stay short."""

from __future__ import annotations

import ast
import configparser
import re
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "valuation"

# The floors of ARCHITECTURE.md, low to high: a name stands for its module, or for every module of its package.
FLOORS: list[set[str]] = [
    {"problems", "units", "version", "atomic", "texts", "tables"},
    {"formula", "operations", "columns", "least_squares", "quantiles", "lines", "recording"},
    {"kinds", "rates", "calculation", "methods", "schedules", "transactions", "claims", "dilution", "bridge"},
    {"assumptions", "expressions", "distributions", "dependence", "order", "peers"},
    {"model", "trial", "demands", "impossible", "quantities"},
    {
        "reading",
        "base_case",
        "checks",
        "compiled",
        "simulation",
        "identity",
        "sensitivity",
        "reverse",
        "comparison",
        "workbook",
        "pulling",
        "importing",
        "layouts",
        "football",
        "plots",
        "explaining",
        "notebook",
    },
    {
        "__main__",
        "cli",
        "terminal",
        "reference",
        "labels",
        "schema",
        "starting",
        "study",
        "published",
        "",
    },
]

# Where a library may be imported at all.
HOMES: dict[str, set[str]] = {
    "numpy": {*set().union(*FLOORS[1:6]), "reference"},
    "scipy": {
        "operations", "least_squares", "quantiles", "distributions", "dependence", "simulation", "sensitivity",
        "reverse",
    },
    "numba": {"compiled"},
    "llvmlite": {"compiled"},
    "threadpoolctl": {"simulation"},
    "distributed": {"simulation"},
    "datasketches": {"simulation"},
    "pyarrow": {"simulation"},
    "pandas": {"importing", "study", "simulation", "sensitivity", "checks", "base_case", "notebook"},
    "ruamel": {"reading", "pulling"},
    "openpyxl": {"workbook"},
    "xlsxwriter": {"workbook"},
    "formualizer": {"workbook"},
    "matplotlib": {"plots"},
    "click": {"cli"},
    "watchfiles": {"cli"},
    "rich": {"__main__", "cli", "terminal"},
}  # fmt: skip

# Libraries that `import valuation` and the library's verbs must not load before they need them.
HEAVY = (
    "scipy.stats", "pandas", "matplotlib", "ruamel", "openpyxl", "xlsxwriter", "formualizer", "rich", "numba",
    "distributed", "datasketches", "threadpoolctl", "pyarrow",
)  # fmt: skip
ENTRANCES = ("study", "methods", "simulation.engine", "compiled", "plots", "cli")

LONGEST_FILE = 350
MEDIAN_FILE = 200


@dataclass(frozen=True)
class Import:
    """One import: of a module of the package (without its first name) or of another library."""

    target: str
    inside: bool
    lazy: bool
    typing: bool
    line: int


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


PATHS = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports_of(module: str) -> list[Import]:
    path = PATHS[module]
    home = module.split(".") if path.name == "__init__.py" and module else module.split(".")[:-1]
    return list(_imports(ast.parse(path.read_text("utf-8")), home, lazy=False, typing=False))


def _imports(parent: ast.AST, home: list[str], *, lazy: bool, typing: bool) -> Iterator[Import]:
    for node in ast.iter_child_nodes(parent):
        match node:
            case ast.Import():
                for alias in node.names:
                    yield _import(alias.name, lazy, typing, node.lineno)
            case ast.ImportFrom(level=0):
                base = node.module or ""
                for alias in node.names:
                    whole = f"{base}.{alias.name}"
                    known = whole.partition(".")[2] in PATHS and whole.startswith("valuation.")
                    yield _import(whole if known or base == "scipy" else base, lazy, typing, node.lineno)
            case ast.ImportFrom():
                above = home[: len(home) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
                for alias in node.names:
                    inner = f"{base}.{alias.name}".lstrip(".")
                    yield Import(inner if inner in PATHS else base, True, lazy, typing, node.lineno)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _imports(node, home, lazy=True, typing=typing)
            case ast.If() if "TYPE_CHECKING" in ast.dump(node.test):
                yield from _imports(node, home, lazy=lazy, typing=True)
            case _:
                yield from _imports(node, home, lazy=lazy, typing=typing)


def _import(name: str, lazy: bool, typing: bool, line: int) -> Import:
    inside = name.partition(".")[0] == "valuation"
    return Import(name.partition(".")[2] if inside else name, inside, lazy, typing, line)


IMPORTS = {module: imports_of(module) for module in PATHS}


def floor_of(module: str) -> int:
    head = module.partition(".")[0]
    found = [number for number, names in enumerate(FLOORS) if head in names]
    assert found, f"valuation/{head} stands on no floor: put it into FLOORS here and into ARCHITECTURE.md"
    return found[0]


def outside(module: str) -> list[Import]:
    """Imports of libraries that are neither Python's own nor ours."""
    return [
        found
        for found in IMPORTS[module]
        if not found.inside and found.target.partition(".")[0] not in {*sys.stdlib_module_names, "__future__"}
    ]


def declared() -> dict[str, str]:
    """The libraries of install_requires, by the name under which they are imported."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    text = setup["options"]["install_requires"]
    names = [line.split(">")[0].strip() for line in text.split("\n") if line.strip()]
    return {name.lower().partition(".")[0]: name for name in names}


def test_the_page_tells_the_same_floors() -> None:
    rows = re.findall(r"^\| (\d) \|[^|]*\| (.*) \|$", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE)
    told = [(int(number), {name.rstrip("/") for name in re.findall(r"`([^`]+)`", names)}) for number, names in rows]
    assert told == [(number, names - {""}) for number, names in reversed(list(enumerate(FLOORS)))]


def test_every_name_of_a_floor_exists() -> None:
    assert set().union(*FLOORS) == {module.partition(".")[0] for module in PATHS}


@pytest.mark.parametrize("module", PATHS)
def test_imports_go_down_or_sideways(module: str) -> None:
    upward = [
        f"{PATHS[module].relative_to(ROOT)}:{found.line} imports {found.target or 'the root'}"
        for found in IMPORTS[module]
        if found.inside and found.target and floor_of(found.target) > floor_of(module)
    ]
    assert upward == []


def test_nothing_imports_in_a_circle() -> None:
    graph = {
        module: {found.target for found in IMPORTS[module] if found.inside and found.target and not found.typing}
        for module in PATHS
        if module
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"circle: {' -> '.join(error.args[1])}")


def test_nothing_imports_the_package_root() -> None:
    readers = {module for module in PATHS if any(found.inside and not found.target for found in IMPORTS[module])}
    assert readers - {""} == set()


@pytest.mark.parametrize("module", PATHS)
def test_a_library_is_imported_only_where_it_belongs(module: str) -> None:
    strays = [
        f"{PATHS[module].relative_to(ROOT)}:{found.line} imports {found.target}"
        for found in outside(module)
        if module.partition(".")[0] not in HOMES.get(found.target.partition(".")[0], set())
    ]
    assert strays == []


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_heavy_libraries_wait_until_they_are_needed(entrance: str) -> None:
    reached, waiting = set(), [entrance]
    while waiting:
        module = waiting.pop()
        if module in reached or module not in PATHS:
            continue
        reached.add(module)
        parents = [module.rpartition(".")[0]] if "." in module else []
        waiting += parents + [
            i.target for i in IMPORTS[module] if i.inside and i.target and not i.lazy and not i.typing
        ]
    eager = [
        f"{PATHS[module].relative_to(ROOT)}:{found.line} imports {found.target}"
        for module in sorted(reached)
        for found in outside(module)
        if not found.lazy and not found.typing and f"{found.target}.".startswith(tuple(f"{name}." for name in HEAVY))
    ]
    assert eager == []


def test_every_library_that_is_imported_is_declared() -> None:
    used = {found.target.partition(".")[0] for module in PATHS for found in outside(module)}
    optional = {"matplotlib", "numba", "distributed", "datasketches", "pyarrow"}  # the extras
    assert used - set(declared()) - {"llvmlite"} == optional  # llvmlite is numba's own, in the version it asks for


def test_every_declared_library_is_imported() -> None:
    used = {found.target.partition(".")[0] for module in PATHS for found in outside(module)}
    assert {name for key, name in declared().items() if key not in used} == set()


def test_files_can_be_read_at_a_sitting() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in PATHS.values()}
    assert {name: count for name, count in lengths.items() if count > LONGEST_FILE} == {}
    assert statistics.median(lengths.values()) < MEDIAN_FILE


def test_every_module_says_in_its_first_line_what_it_is_for() -> None:
    silent = [module for module, path in PATHS.items() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []


def test_calculations_take_powers_from_the_table() -> None:
    """Of plain arrays ** gives 1 for 0^0, an error in Excel, and its last bit may hang on the size of a chunk."""
    calculations = [m for m in PATHS if m.partition(".")[0] in {"methods", "schedules", "transactions", "rates"}]
    nodes = [(m, node) for m in calculations for node in ast.walk(ast.parse(PATHS[m].read_text("utf-8")))]
    assert [
        f"{m}:{node.lineno}" for m, node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)
    ] == []
    assert len(calculations) > 50
