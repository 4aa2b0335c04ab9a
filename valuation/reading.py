"""From files to a Case: reads everything, never raises for bad input, and reports all problems at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from .assumptions import DEFAULT, GROUPS, Assumption, Case, Correlation, Origin, Reconciliation, Scenario, Segment
from .expressions import Name, names_in
from .files import NAME, Gathered, gather
from .lines import snake
from .methods import METHODS, Method, Parameter
from .methods.kinds import MONEY, PERCENTAGE, SHARE, Choice, Kind, Table
from .order import order, resolve
from .peers import derived_ratio
from .problems import InvalidAssumptions, Place, Problem, Problems, nearest
from .tree import Entries, Items, Node, Text
from .values import ValueReader

KEYS: Final = ("name", "currency", "date", "base_year", "years", "evidence", "segments", "peers", "correlations",
               "scenarios", *GROUPS)  # fmt: skip
COMMON: Final = ("name", "method", "owned", "net_debt", "note", "discounted")
MOST_YEARS: Final = 100
DISCOUNT_BASES: Final = ("nothing", "stakes", "net asset value")


def load(path: str | Path, overrides: Mapping[str, str] | None = None) -> Case:
    """Read a case; raises InvalidAssumptions with every problem when it cannot be valued.

    ``overrides`` replaces values by dotted name, written as in a file: {"cloud.wacc": "9%"}.
    """
    case, problems = read(path, overrides)
    if case is None:
        raise InvalidAssumptions(problems)
    return case


def read(path: str | Path, overrides: Mapping[str, str] | None = None) -> tuple[Case | None, list[Problem]]:
    """Read a case and say what is wrong with it: (Case, []) or (None, problems sorted by place)."""
    problems = Problems()
    gathered = gather(Path(path), problems)
    if gathered is None:
        return None, sorted(problems)
    case = _Reader(gathered, problems, dict(overrides or {})).case()
    if case is not None and not problems:
        _check_scenarios(case, gathered, problems, overrides or {})
    return (None if problems else case), sorted(problems)


def _check_scenarios(case: Case, gathered: Gathered, problems: Problems, overrides: Mapping[str, str]) -> None:
    for scenario in case.scenarios.values():
        overlay = {**scenario.values, **overrides}
        _Reader(gathered, problems, overlay, scenario.origin.place).case()


def scenario_case(path: str | Path, case: Case, name: str) -> Case:
    """Read the case again with a scenario's values laid over it."""
    return load(path, case.scenarios[name].values)


@dataclass
class _Reader:
    """The reading of one case from its gathered trees."""

    gathered: Gathered
    problems: Problems
    overrides: Mapping[str, str]
    override_place: Place = field(default_factory=lambda: Place("--set"))
    assumptions: dict[str, Assumption] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)
    helpers: dict[str, Place] = field(default_factory=dict)
    remarks: list[Problem] = field(default_factory=list)
    attempted: set[str] = field(default_factory=set)

    def case(self) -> Case | None:
        """Read everything; None when a problem was found."""
        self._check_keys()
        self.currency = self._word("currency", "CNY", r"[A-Z]{3}", "a currency code such as CNY")
        date = self._word("date", "", r"\d{4}-\d{2}-\d{2}", "a date such as 2026-02-02", required=False)
        years = self._whole("years", 10, 1, MOST_YEARS)
        base_year = self._whole("base_year", int(date[:4]) - 1 if date else 2000, 1900, 2200)
        facts = None if self.gathered.facts is None else frozenset(self.gathered.facts)
        self.values = ValueReader(
            self.problems, self.currency, years, base_year, facts, self.overrides, self.override_place
        )
        self._read_parts()
        reconciliations = self._reconciliations()
        correlations = self._correlations()
        scenarios = self._scenarios()
        self._check_overrides()
        ordering = order([*self.assumptions, *(f"{s}.*" for s in self.segments)], self._reads)
        self._check_names(ordering.circles)
        if self.problems:
            return None
        case = Case(
            id=self._id(),
            name=self._word("name", self._id(), r".+", "a name", required=False),
            currency=self.currency,
            date=date,
            base_year=base_year,
            years=years,
            assumptions=self.assumptions,
            segments=self.segments,
            bridge=tuple(name for name in self.assumptions if name.startswith("bridge.")),
            discount_base=self._discount_base(),
            order=tuple(ordering.names),
            peers=self.gathered.peers,
            correlations=correlations,
            scenarios=scenarios,
            reconciliations=reconciliations,
            evidence=self.gathered.facts or {},
            files=self.gathered.files,
            remarks=tuple(self.remarks),
        )
        self._try(case)
        return case

    # The top level -----------------------------------------------------------------------------------------------

    def _id(self) -> str:
        place = Path(self.gathered.place.file)
        stem = self.gathered.root.resolve().name if place.name == "case.yaml" else place.stem
        return snake(stem) or "case"

    def _check_keys(self) -> None:
        for key, (place, _) in self.gathered.keys.items():
            if key not in KEYS:
                self.problems.add(place, key, f"not a name of a case{nearest(key, KEYS)}")
        if not self.gathered.segments:
            self.problems.add(self.gathered.place, "segments", "expected at least one segment")

    def _node(self, key: str) -> tuple[Place, Node | None]:
        return self.gathered.keys.get(key, (self.gathered.place, None))

    def _word(self, key: str, default: str, pattern: str, wanted: str, *, required: bool = True) -> str:
        place, node = self._node(key)
        if node is None:
            if required:
                self.problems.add(place, key, f"missing; expected {wanted}")
            return default
        if not isinstance(node, Text) or not re.fullmatch(pattern, node.text.strip()):
            found = node.text if isinstance(node, Text) else "something else"
            self.problems.add(node.place, key, f"expected {wanted}, found {found!r}")
            return default
        return node.text.strip()

    def _whole(self, key: str, default: int, low: int, high: int) -> int:
        text = self._word(key, str(default), r"-?\d{1,18}", "a whole number", required=False)
        value = int(text)
        if not low <= value <= high:
            self.problems.add(self._node(key)[1].place, key, f"expected a whole number from {low} to {high}, found {value}")  # type: ignore[union-attr]
            return default
        return value

    # Segments and groups -----------------------------------------------------------------------------------------

    def _read_parts(self) -> None:
        self._group("drivers", None)
        for name, (place, node) in self.gathered.segments.items():
            self._segment(name, place, node)
        self._shares()
        self._holding()
        self._group("bridge", MONEY)

    def _group(self, group: str, kind: Kind | None) -> None:
        place, node = self._node(group)
        if node is None:
            return
        if not isinstance(node, Entries):
            self.problems.add(place, group, "expected names with values")
            return
        for key, child in node:
            self._assume(f"{group}.{key.text}", _humanised(key.text), key, child, kind)

    def _assume(self, name: str, label: str, key: Text, node: Node, kind: Kind | None) -> Assumption | None:
        if not NAME.fullmatch(key.text):
            self.problems.add(key.place, key.text, "expected a name of small letters, digits and _, such as risk_free")
            return None
        self.attempted.add(name)
        assumption = self.values.assumption(name, label, node, kind)
        if assumption is not None:
            self.assumptions[name] = assumption
            if not assumption.origin.sources and assumption.inputs:
                text = "has no source: add the id of a fact, or judgement with why"
                self.remarks.append(Problem(assumption.origin.place, name, text))
        return assumption

    def _segment(self, name: str, place: Place, node: Node) -> None:
        if not NAME.fullmatch(name) or name in GROUPS or name in ("peers", "parts", "period"):
            self.problems.add(place, name, "expected a segment name of small letters, digits and _ that is not a group's")
            return
        if not isinstance(node, Entries):
            self.problems.add(node.place, name, "expected the segment's name, method and assumptions")
            return
        method = self._method(name, node)
        if method is None:
            return
        title = node.get("name")
        note = node.get("note")
        given = self._parameters(name, node, method)
        self._common(name, node)
        self._helpers(name, node, method)
        self.segments[name] = Segment(
            name,
            title.text if isinstance(title, Text) else _humanised(name),
            method,
            given,
            self._discounted(node, method),
            f"{name}.net_debt" in self.assumptions,
            note.text if isinstance(note, Text) else "",
            node.place,
        )

    def _method(self, name: str, node: Entries) -> Method | None:
        word = node.get("method")
        if not isinstance(word, Text):
            self.problems.add(node.key("method"), f"{name}.method", f"missing; expected one of {', '.join(METHODS)}")
            return None
        if word.text not in METHODS:
            self.problems.add(word.place, f"{name}.method", f"{word.text!r} is no method{nearest(word.text, METHODS)}")
            return None
        return METHODS[word.text]

    def _discounted(self, node: Entries, method: Method) -> bool:
        word = node.get("discounted")
        return method.name == "stake" if not isinstance(word, Text) else word.text.strip().lower() in ("yes", "true")

    def _parameters(self, segment: str, node: Entries, method: Method) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for parameter in method.parameters.values():
            child = node.get(parameter.name)
            name = f"{segment}.{parameter.name}"
            if child is None and name in self.overrides and not isinstance(parameter.kind, Table):
                child = Text(self.override_place, self.overrides[name])
            if child is None:
                if parameter.required:
                    wanted = f"missing; {method.name} needs it: {parameter.label[:1].lower()}{parameter.label[1:]}"
                    self.problems.add(node.place, name, wanted)
                else:
                    self._default(given, name, parameter, node.place)
                continue
            given[parameter.name] = self._parameter(name, parameter, node.key(parameter.name), child)
        return given

    def _parameter(self, name: str, parameter: Parameter, place: Place, node: Node) -> Any:
        match parameter.kind:
            case Choice(words=words):
                word = node.text.strip() if isinstance(node, Text) else ""
                if name in self.overrides:
                    self.values.used.add(name)
                    word = self.overrides[name]
                if word not in words:
                    self.problems.add(node.place, name, f"expected {' or '.join(words)}, found {word!r}{nearest(word, words)}")
                return word
            case Table() as table:
                return self._table(name, table, node)
            case Kind() as kind:
                self._assume(name, parameter.label, Text(place, parameter.name), node, kind)
                return name

    def _default(self, given: dict[str, Any], name: str, parameter: Parameter, place: Place) -> None:
        if isinstance(parameter.kind, Choice):
            given[parameter.name] = parameter.default
        elif parameter.default is not None:
            unit = " " + str(self.values.money_unit()) if parameter.kind == MONEY else ""
            text = Text(place, f"{parameter.default:g}{unit}")
            source = Text(place, DEFAULT)
            node = Entries(place, ((Text(place, "value"), text), (Text(place, "source"), source)))
            self._assume(name, parameter.label, Text(place, parameter.name), node, parameter.kind)  # type: ignore[arg-type]
            given[parameter.name] = name

    def _table(self, name: str, table: Table, node: Node) -> dict[str, dict[str, str]]:
        rows: dict[str, dict[str, str]] = {}
        if not isinstance(node, Entries) or not node.entries:
            self.problems.add(node.place, name, f"expected named rows with {', '.join(table.fields)}")
            return rows
        for key, row in node:
            if not isinstance(row, Entries):
                self.problems.add(row.place, f"{name}.{key.text}", f"expected {', '.join(table.fields)}")
                continue
            rows[key.text] = self._table_row(f"{name}.{key.text}", _humanised(key.text), table, row)
        return rows

    def _table_row(self, name: str, label: str, table: Table, row: Entries) -> dict[str, str]:
        fields: dict[str, str] = {}
        for key, _ in row:
            if key.text not in table.fields:
                self.problems.add(key.place, name, f"{key.text} is not known here{nearest(key.text, table.fields)}")
        for field_name, kind in table.fields.items():
            child = row.get(field_name)
            if child is None and field_name not in table.defaults:
                self.problems.add(row.place, name, f"{field_name} is missing")
                continue
            if child is None:
                child = _defaulted(row.place, f"{table.defaults[field_name]:g}")
            self._assume(f"{name}.{field_name}", f"{label}, {field_name}", Text(row.place, field_name), child, kind)
            fields[field_name] = f"{name}.{field_name}"
        return fields

    def _common(self, segment: str, node: Entries) -> None:
        owned = node.get("owned") or _defaulted(node.place, "100%")
        self._assume(f"{segment}.owned", "Owned by the group", Text(node.key("owned"), "owned"), owned, SHARE)
        debt = node.get("net_debt")
        if debt is not None:
            self._assume(f"{segment}.net_debt", "Net debt of the segment", Text(node.key("net_debt"), "net_debt"), debt, MONEY)

    def _helpers(self, segment: str, node: Entries, method: Method) -> None:
        known = {*COMMON, *method.parameters}
        for key, child in node:
            if key.text not in known:
                name = f"{segment}.{key.text}"
                self.helpers[name] = key.place
                self._assume(name, _humanised(key.text), key, child, None)

    def _shares(self) -> None:
        _, node = self._node("shares")
        if not isinstance(node, Entries) or node.get("diluted") is None:
            self.problems.add(self.gathered.place, "shares.diluted", "missing; expected the diluted shares, such as 19194 m shares")
        self._group("shares", None)

    def _holding(self) -> None:
        place, node = self._node("holding")
        if node is None:
            return
        if not isinstance(node, Entries):
            self.problems.add(place, "holding", "expected discount and applies_to")
            return
        for key, child in node:
            if key.text == "discount":
                self._assume("holding.discount", "Holding discount rate", key, child, SHARE)
            elif key.text != "applies_to":
                self._assume(f"holding.{key.text}", _humanised(key.text), key, child, PERCENTAGE)
                self.helpers[f"holding.{key.text}"] = key.place

    def _discount_base(self) -> Any:
        _, node = self._node("holding")
        base = node.get("applies_to") if isinstance(node, Entries) else None
        if base is None:
            return "stakes"
        if isinstance(base, Text) and base.text in DISCOUNT_BASES:
            return base.text
        names = [item for item in base.items if isinstance(item, Text)] if isinstance(base, Items) else []
        known = [*self.segments, *(name for name in self.assumptions if name.startswith("bridge."))]
        for item in names:
            if item.text not in known:
                self.problems.add(item.place, "holding.applies_to", f"{item.text} is no part or bridge item{nearest(item.text, known)}")
        if not names:
            self.problems.add(base.place, "holding.applies_to", f"expected {', '.join(DISCOUNT_BASES)} or a list of parts and bridge items")
        return tuple(item.text for item in names)

    # Reconciliation, correlations, scenarios ---------------------------------------------------------------------

    def _reconciliations(self) -> tuple[Reconciliation, ...]:
        place, node = self._node("reconciliation")
        if node is None:
            return ()
        found = []
        for key, child in node if isinstance(node, Entries) else ():
            items, total = (child.get("items"), child.get("total")) if isinstance(child, Entries) else (None, None)
            if not isinstance(items, Entries) or total is None:
                self.problems.add(child.place, f"reconciliation.{key.text}", "expected items and total")
                continue
            prefix = f"reconciliation.{key.text}"
            names = []
            for item, value in items:
                self._assume(f"{prefix}.{item.text}", f"{_humanised(key.text)}, {_humanised(item.text)}", item, value, MONEY)
                names.append(f"{prefix}.{item.text}")
            self._assume(f"{prefix}.total", f"{_humanised(key.text)}, as reported", Text(total.place, "total"), total, MONEY)
            found.append(Reconciliation(key.text, tuple(names), f"{prefix}.total"))
        return tuple(found)

    def _correlations(self) -> tuple[Correlation, ...]:
        _, node = self._node("correlations")
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.problems.add(node.place, "correlations", "expected a list of {between: [a, b], rank: 0.5} or a CSV matrix")
            return ()
        return tuple(pair for item in node.items if (pair := self._pair(item)) is not None)

    def _pair(self, node: Node) -> Correlation | None:
        between = node.get("between") if isinstance(node, Entries) else None
        rank = node.get("rank") if isinstance(node, Entries) else None
        texts = [item for item in between.items if isinstance(item, Text)] if isinstance(between, Items) else []
        if not isinstance(node, Entries) or len(texts) != 2 or not isinstance(rank, Text):
            self.problems.add(node.place, "correlations", "expected between: [one, other] and rank: a number from -1 to 1")
            return None
        names = [self._uncertain(text) for text in texts]
        try:
            value = float(rank.text)
        except ValueError:
            value = float("nan")
        if not -1 <= value <= 1:
            self.problems.add(rank.place, "correlations", f"expected a rank correlation from -1 to 1, found {rank.text}")
            return None
        why = node.get("why")
        if names[0] is None or names[1] is None:
            return None
        if names[0] == names[1]:
            self.problems.add(node.place, "correlations", f"expected two different inputs, found {names[0]} twice")
            return None
        origin = Origin(node.place, (), why.text if isinstance(why, Text) else "")
        return Correlation((names[0], names[1]), value, origin)

    def _uncertain(self, text: Text) -> str | None:
        """The uncertain input that a name means: itself, or the only one of an assumption."""
        inputs = {found.name: found for assumption in self.assumptions.values() for found in assumption.inputs}
        uncertain = [name for name, found in inputs.items() if found.distribution is not None]
        if text.text in uncertain:
            return text.text
        assumption = self.assumptions.get(text.text)
        if assumption is not None:
            inside = [found.name for found in assumption.inputs if found.distribution is not None]
            if len(inside) == 1:
                return inside[0]
            what = f"has several distributions ({', '.join(inside)}): name one" if inside else "has no distribution"
        elif text.text in inputs:
            what = "has no distribution"
        else:
            what = f"is not known{nearest(text.text, [*uncertain, *self.assumptions])}"
        if not any(name.startswith(text.text) or text.text.startswith(name) for name in self.overrides):
            self.problems.add(text.place, "correlations", f"{text.text} {what}")
        return None

    def _scenarios(self) -> dict[str, Scenario]:
        _, node = self._node("scenarios")
        found: dict[str, Scenario] = {}
        if node is None:
            return found
        for key, child in node if isinstance(node, Entries) else ():
            scenario = self._scenario(key, child)
            if scenario is not None:
                found[key.text] = scenario
        total = sum(scenario.probability for scenario in found.values())
        if found and abs(total - 1) > 1e-9 and not self.problems:
            self.problems.add(node.place, "scenarios", f"expected probabilities that sum to 100%, found {100 * total:g}%")
        return found

    def _scenario(self, key: Text, node: Node) -> Scenario | None:
        probability = node.get("probability") if isinstance(node, Entries) else None
        name = f"scenarios.{key.text}"
        if not isinstance(node, Entries) or probability is None:
            self.problems.add(node.place, name, "expected probability and set")
            return None
        for entry, _ in node:
            if entry.text not in ("probability", "set", "why", "note"):
                self.problems.add(entry.place, name, f"{entry.text} is not known here{nearest(entry.text, ('probability', 'set', 'why'))}")
        reader = replace(self.values, overrides={})
        chance = reader.assumption(f"{name}.probability", "Probability", probability, SHARE)
        overlay = node.get("set")
        values = {k.text: v.text for k, v in overlay if isinstance(v, Text)} if isinstance(overlay, Entries) else {}
        why = node.get("why")
        if chance is None or not chance.inputs:
            return None
        origin = Origin(key.place, (), why.text if isinstance(why, Text) else "")
        return Scenario(key.text, chance.inputs[0].base, values, origin)

    # Names -------------------------------------------------------------------------------------------------------

    def _reads(self, name: str) -> Iterator[str]:
        scope, _, last = name.partition(".")
        if last == "*":
            yield from (other for other in self.assumptions if other.startswith(f"{scope}."))
            return
        for read_name in names_in(self.assumptions[name].expression):
            target = resolve(read_name.dotted, scope, self.assumptions, self.segments)
            if target is not None:
                yield target

    def _check_overrides(self) -> None:
        known = [*self.assumptions, *(found.name for a in self.assumptions.values() for found in a.inputs)]
        for name in self.overrides:
            if name not in self.values.used and name not in self.assumptions:
                self.problems.add(self.override_place, name, f"is no assumption{nearest(name, known)}")

    def _check_names(self, circles: list[tuple[str, ...]]) -> None:
        used: set[str] = set()
        for assumption in self.assumptions.values():
            for name in names_in(assumption.expression):
                used.update(self._check_name(assumption, name))
        for name, place in self.helpers.items():
            if name not in used and name in self.assumptions and not self.overrides:
                self._unused(name, place)
        for circle in circles:
            names = [name.removesuffix(".*") for name in circle]
            place = next((self.assumptions[n].origin.place for n in circle if n in self.assumptions), self.gathered.place)
            self.problems.add(place, names[0], f"a formula cannot read itself: {' -> '.join(names)}")

    def _unused(self, name: str, place: Place) -> None:
        segment, _, word = name.partition(".")
        method = self.segments[segment].method if segment in self.segments else None
        names = [*method.parameters, *COMMON] if method else ["discount", "applies_to"]
        what = f"is no assumption of {method.name}" if method else "is not known here"
        self.problems.add(place, name, f"{word} {what} and no formula reads it{nearest(word, names)}")

    def _check_name(self, assumption: Assumption, name: Name) -> list[str]:
        scope = assumption.group
        if name.dotted == "period":
            return []
        head, _, rest = name.dotted.partition(".")
        if head == "peers":
            self._check_peers(assumption, rest)
            return []
        target = resolve(name.dotted, scope, self.assumptions, self.segments)
        misread = {f"{scope}.{name.dotted}", name.dotted} & self.attempted
        if target is None and misread:
            return list(misread)  # its own problem is reported where it stands
        if target is None:
            place = assumption.origin.place
            siblings = [other.removeprefix(f"{scope}.") for other in self.assumptions if other.startswith(f"{scope}.")]
            if place.line:
                place = Place(place.file, place.line, place.column + max(assumption.written.find(name.dotted), 0))
            self.problems.add(place, assumption.name, f"{name.dotted} is not known{nearest(name.dotted, [*siblings, *self.assumptions])}")
            return []
        return [target]

    def _check_peers(self, assumption: Assumption, rest: str) -> None:
        table, _, column = rest.partition(".")
        peers = self.gathered.peers.get(table)
        if peers is None:
            self.problems.add(assumption.origin.place, assumption.name, f"peers.{table} is not known{nearest(table, self.gathered.peers)}")
        elif column not in peers.numeric and derived_ratio(column, peers.numeric) is None:
            self.problems.add(assumption.origin.place, assumption.name, f"peers.{table} has no column of numbers {column}{nearest(column, peers.numeric)}")

    def _try(self, case: Case) -> None:
        """Record the model once: units, shapes and lines that formulas name are checked, problem by problem."""
        if self.problems:
            return
        from .trial import try_model

        try_model(case, self.problems)


def _defaulted(place: Place, text: str) -> Entries:
    return Entries(place, ((Text(place, "value"), Text(place, text)), (Text(place, "source"), Text(place, DEFAULT))))


def _humanised(name: str) -> str:
    words = name.replace("_", " ")
    for short in ("wacc", "ebita", "ebitda", "ai", "usd cny", "fx", "nav", "capex", "ads"):
        words = re.sub(rf"\b{short}\b", {"capex": "capital expenditure", "usd cny": "USD/CNY"}.get(short, short.upper()), words)
    return words[:1].upper() + words[1:]
