"""One name of a case explained: an object with everything that is known of it, as JSON, table and frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ..assumptions import Case, PeerReference
from ..bridge import Valuation
from ..expressions import names_in
from ..formula import Row
from ..order import resolve
from ..problems import Place
from ..recording import CONSTANTS, Recording, Values, evaluate_all
from ..sensitivity.draws import sample
from ..sensitivity.results import plain
from ..simulation.engine import SEED
from ..simulation.evaluator import Evaluator
from ..tables import Shown, Table
from ..trial import record
from ..units import Unit, shown
from .effects import Effect, Spread, effects, spread
from .spelling import formula_text, put_in
from .subject import Sort, companies, subject
from .uses import Uses, name_of

EXPLAIN_DRAWS: Final = 4096


@dataclass(frozen=True)
class Source:
    """A source of a number: a fact with its statement, date and link, or the word judgement alone."""

    id: str
    statement: str = ""
    date: str = ""
    title: str = ""
    link: str = ""


@dataclass(frozen=True, repr=False)
class Explanation(Shown):
    """What one name is, where it comes from, who uses it and how much of the value per share hangs on it.

    ``values`` are those of the base case, one, or one for each of ``years``; of a column of peers one for each company,
    NaN where it is blank. ``with_numbers`` is the formula with the numbers of the base case put in, of yearly names
    those of the first year. ``uses`` are the names that it reads directly and ``inputs`` the numbers behind it;
    ``users`` read it directly and ``path`` leads from it to the value per share. ``spread`` is None for what is
    certain; ``share_of_sum`` is that of a part. ``scenarios`` tells what each writes in its place.
    """

    name: str
    sort: Sort
    label: str
    help: str
    unit: Unit | None
    written: str
    formula: str
    with_numbers: str
    values: tuple[float, ...]
    years: tuple[int, ...]
    companies: tuple[str, ...]
    distribution: str
    sources: tuple[Source, ...]
    why: str
    note: str
    owner: str
    as_of: str
    place: Place
    cell: str
    uses: tuple[str, ...]
    inputs: tuple[str, ...]
    users: tuple[str, ...]
    path: tuple[str, ...]
    scenarios: Mapping[str, str]
    correlations: tuple[tuple[str, str, float], ...]
    per_share: float
    quote: Unit
    effects: tuple[Effect, ...]
    spread: Spread | None
    share_of_sum: float | None
    draws: int
    valid: int
    seed: int

    def as_json(self) -> dict[str, Any]:
        """One object with all fields; numbers in full precision, None for what is no number."""
        found = plain({name: value for name, value in self.__dict__.items() if name not in ("place", "spread")})
        assert isinstance(found, dict)
        known = None if self.spread is None else {
            "quantiles": {f"{q:g}": plain(list(values)) for q, values in self.spread.quantiles.items()},
            "rank_correlation": plain(self.spread.rank_correlation),
            "contribution": plain(self.spread.contribution),
        }  # fmt: skip
        return {**found, "place": str(self.place), "spread": known}

    def tables(self) -> list[Table]:
        """What it is, its values, who uses it, and what hangs on it."""
        from ..layouts.explanation import explanation_tables

        return explanation_tables(self)


def explain(case: Case, name: str, draws: int = EXPLAIN_DRAWS, seed: int = SEED) -> Explanation:
    """Explain an assumption, an input, a line, a part, a transaction, a bridge item or a column of peers.

    ``draws`` of all inputs tell how it spreads. InvalidAssumptions for a name that is none of these.
    """
    return _Explaining(case, name, draws, seed).explanation()


class _Explaining:
    """The work on one explanation: the recorded model with the values of the base case."""

    def __init__(self, case: Case, name: str, draws: int, seed: int) -> None:
        self.case, self.draws, self.seed = case, draws, seed
        recorded: tuple[Recording, Valuation] = record(case)
        self.recording, self.valuation = recorded
        self.about = subject(case, name, *recorded)
        self.graph = Uses.of(self.recording)
        given = {row: case.base_values[one] for one, row in self.recording.inputs.items()}
        self.base: Values = evaluate_all(self.recording, given)
        self.target: Row = self.valuation.per_share.row

    def explanation(self) -> Explanation:
        about, case = self.about, self.case
        drawn = sample(Evaluator.of(case), self.draws, self.seed)
        spreads = None if about.row is None else spread(about, drawn)
        origin, row = about.origin, about.row
        distribution = about.input.distribution if about.input is not None else None
        found = () if row is None else effects(about, self.graph, self.base, self.target, spreads)
        return Explanation(
            name=about.name,
            sort=about.sort,
            label=about.label,
            help=about.help,
            unit=about.unit,
            written=self._written(),
            formula="" if row is None or about.assumption is not None else formula_text(row, self._named),
            with_numbers=self._with_numbers(),
            values=self._values(),
            years=tuple(case.fiscal_years) if about.yearly else (),
            companies=self._companies(),
            distribution="" if distribution is None else str(distribution),
            sources=tuple(self._sources()),
            why=origin.why if origin else "",
            note=origin.note if origin else "",
            owner=origin.owner if origin else "",
            as_of=origin.as_of if origin else "",
            place=about.place,
            cell=self._cell(),
            uses=self._names(self.graph.reads.get(row, [])) if row else (),
            inputs=self._names(one for one in self.graph.behind(row) if one in self.graph.inputs) if row else (),
            users=tuple(self._users()),
            path=self._names(self.graph.path(row, self.target)) if row else (),
            scenarios=dict(self._scenarios()),
            correlations=tuple(self._correlations()),
            per_share=float(self.base[self.target][0]),
            quote=case.quote,
            effects=found,
            spread=spreads,
            share_of_sum=self._share(),
            draws=drawn.draws,
            valid=drawn.valid,
            seed=self.seed,
        )

    # What it says ------------------------------------------------------------------------------------------------

    def _written(self) -> str:
        given, assumption = self.about.input, self.about.assumption
        if assumption is not None and assumption.name == self.about.name:
            return assumption.written
        return given.written if given is not None else ""

    def _with_numbers(self) -> str:
        about, assumption = self.about, self.about.assumption
        if about.row is None:
            return ""
        if assumption is None:
            return formula_text(about.row, self._valued)
        if assumption.name != about.name:
            return ""
        return put_in(assumption.written, assumption.expression, self._value_of_name)

    def _value_of_name(self, dotted: str) -> str | None:
        """The base value of a name in the formula that is explained, of a yearly one in the first year."""
        case, assumption = self.case, self.about.assumption
        assert assumption is not None
        lined = {*case.workings, *case.segments} - {*case.transactions}
        target = resolve(dotted, assumption.scope, case.assumptions, lined, assumption.name)
        if target is None:
            return None
        if target.endswith(".*"):
            row = self.recording.scopes[target.removesuffix(".*")].row(dotted.rpartition(".")[2])
        else:
            rows = {one.name: one for one in self.graph.reads if one.name}
            row = rows.get(target)
        return None if row is None else self._valued(row)

    def _valued(self, row: Row) -> str:
        if row is self.recording.period_row:
            return "1"
        value = self.base[row]
        return shown(float(np.ravel(value)[0]), row.unit)

    def _named(self, row: Row) -> str:
        if row is self.recording.period_row:
            return "forecast year"
        if row.scope == CONSTANTS:
            return self._valued(row)
        name = name_of(row, self.case)
        own = f"{self.about.row.scope}." if self.about.row is not None else ""
        return name.removeprefix(own) if own != "." else name

    def _values(self) -> tuple[float, ...]:
        about = self.about
        if about.row is None:
            table, _, column = about.name.removeprefix("peers.").partition(".")
            held = self.case.peers[table]
            return tuple(map(float, held.columns[column])) if column in held.numeric else ()
        values = np.ravel(self.base[about.row])
        return tuple(map(float, np.broadcast_to(values, (self.case.years,)) if about.yearly else values[:1]))

    def _companies(self) -> tuple[str, ...]:
        if self.about.sort != "peers":
            return ()
        return tuple(companies(self.case.peers[self.about.name.split(".")[1]]))

    def _sources(self) -> Iterator[Source]:
        for one in self.about.origin.sources if self.about.origin else ():
            fact = self.case.evidence.get(one)
            fields = fact.fields if fact is not None else {}
            yield Source(
                one,
                fact.statement if fact is not None else "",
                fields.get("as_of", fields.get("published", "")),
                fields.get("source_title", ""),
                fields.get("source_url", ""),
            )

    def _cell(self) -> str:
        """Where it stands in a workbook that is written of the case as it is: sheet and cell."""
        if self.about.row is None:
            return ""
        from ..workbook.book import draft_book

        draft = draft_book(self.case, None, {}, judged=False).draft
        row = self.about.row
        if self.about.name in draft.names:
            return str(draft.names[self.about.name])
        wanted = (row.scope, row.name, row.label)
        return next((str(cell) for one, cell in draft.cells.items() if (one.scope, one.name, one.label) == wanted), "")

    # Who uses it, and what it uses -------------------------------------------------------------------------------

    def _names(self, rows: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name_of(row, self.case) for row in rows))

    def _users(self) -> Iterator[str]:
        if self.about.row is not None:
            yield from self._names(self.graph.users.get(self.about.row, []))
            return
        for name, found in self.case.assumptions.items():
            if any(read.dotted == self.about.name for read in names_in(found.expression)):
                yield name
        for scope, working in self.case.workings.items():
            given = {
                f"peers.{one.table}.{one.column}" for one in working.given.values() if isinstance(one, PeerReference)
            }
            if self.about.name in given:
                yield scope

    def _scenarios(self) -> Iterator[tuple[str, str]]:
        names = self._own_inputs()
        for scenario in self.case.scenarios.values():
            for name, text in scenario.values.items():
                if name in names:
                    yield scenario.name, text if name == self.about.name else f"{name}: {text}"

    def _correlations(self) -> Iterator[tuple[str, str, float]]:
        names = self._own_inputs()
        for pair in self.case.correlations:
            if set(pair.between) & names:
                yield (*pair.between, pair.rank)

    def _own_inputs(self) -> set[str]:
        """The name itself and the inputs that stand in its own text."""
        assumption = self.about.assumption
        if assumption is None or assumption.name != self.about.name:
            return {self.about.name}
        return {assumption.name, *(one.name for one in assumption.inputs)}

    def _share(self) -> float | None:
        """The part's share of the sum of the parts."""
        if self.about.sort != "part":
            return None
        worth, whole = self.valuation.parts[self.about.name].attributable, self.valuation.sum_of_parts
        return float(self.base[worth.row][0]) / float(self.base[whole.row][0])
