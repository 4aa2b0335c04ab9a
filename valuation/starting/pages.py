"""The files of a new case as texts, by their names in its folder."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..methods import METHODS
from ..problems import Place
from ..reading.tree import Entries, Node, Text
from ..transactions import ROUTES
from .commented import WHY, assumption, comment, example_of, lines_of, placeholder
from .wish import PRICE, SHARES, Leaving, PartWish, Wish

SHARED: Final = ("risk_free", "equity_risk_premium")
"""Helpers of examples that all parts share: they stand among the drivers."""
TYPICAL: Final = 1000
"""About what the parts of the examples are worth, in millions."""
ASKED: Final = "Given when the case was begun; name where it was read, with its date."


@dataclass(frozen=True)
class Page:
    """Writes the files of one wish; ``power`` of ten leads from the amounts of examples to the size of this company."""

    wish: Wish

    @property
    def power(self) -> int:
        """Placeholders get the size of the company, no more: their digits stay those of the examples."""
        wish = self.wish
        ratio = (wish.ads_ratio or 8.0) if wish.quoted_in[1] == "ADS" else 1.0
        equity = (wish.price or PRICE) * (wish.shares or SHARES) / ratio * (wish.fx or 1.0)
        return round(math.log10(equity / len(wish.parts) / TYPICAL))

    def texts(self) -> dict[str, str]:
        """Every file but correlations and scenarios, which need the names of what is uncertain."""
        found = {
            "case.yaml": self._case(),
            "shares.yaml": self._shares(),
            "bridge.yaml": self._bridge(),
            **{f"segments/{part.id}.yaml": self._segment(part) for part in self.wish.parts},
            **{f"transactions/{one.id}.yaml": self._transaction(one) for one in self.wish.leaving},
        }
        drivers = [*self._drivers()]
        if drivers:
            found["drivers.yaml"] = _text("drivers", "Numbers that several parts share: formulas name them "
                                          "drivers.<name>.", drivers)  # fmt: skip
        return {name: found[name] for name in sorted(found)}

    def facts(self) -> str:
        """The evidence: one fact to copy."""
        return _joined([
            f"# Evidence of {self.wish.company}: dated and sourced facts. An assumption cites one by its id:",
            f"#   source: {self.wish.id}.revenue",
            "# An example to copy; delete it when the first real fact is here.",
            f"- id: {self.wish.id}.revenue",
            "  statement: Revenue of the last fiscal year (an example, not a fact)",
            "  value: 1000",
            f"  unit: {self.wish.currency} m",
            f"  as_of: FY{self.wish.last_year}",
            "  source_title: Annual report",
            "  source_url: ''",
            f"  published: '{self.wish.date}'",
            "  kind: example",
        ])  # fmt: skip

    def _case(self) -> str:
        wish = self.wish
        lines = [
            f"name: {wish.company}",
            f"currency: {wish.currency}              # all money of the case is kept in it",
            f"date: {wish.date}           # valuation date",
            f"base_year: {wish.last_year}            # the last fiscal year before the forecast",
            f"years: {wish.years}                  # fiscal years that are forecast, from {wish.last_year + 1} on",
            f"evidence: seeds/{wish.id}/facts.yaml    # facts that `source:` may cite",
            "",
            "# the parts, in the order in which they are shown; each has a file in segments/",
            f"segments: [{', '.join(part.id for part in wish.parts)}]",
        ]
        return _text("case", f"{wish.company}: what is valued, in which money, as of when.", lines)

    def _segment(self, part: PartWish) -> str:
        lines = [f"name: {part.name}"]
        if len(part.methods) == 1:
            lines += self._method(part.methods[0], part, "")
        else:
            lines += [*_owned(part, ""), "", *comment("Several methods; their weights sum to 100%."), "methods:"]
            for method, weight in zip(part.methods, _weights(len(part.methods)), strict=True):
                lines += [f"  {method}:", *placeholder("weight", weight, "    "), *self._method(method, None, "    ")]
        return _text(
            "segment", f"{part.name}: one part of the group. Search for Placeholder: that is what is left to do.", lines
        )

    def _method(self, name: str, part: PartWish | None, indent: str) -> Iterator[str]:
        """One method with its example; keys of the whole segment stand with the only method, or not at all."""
        found = METHODS[name]
        yield from comment(found.summary, indent)
        if part is not None:
            yield f"method: {name}"
        whole = ("owned", "net_debt")
        entries, _ = self._hoisted(example_of(found, self.wish.currency, self.power).entries)
        own = Entries(Place(""), tuple((key, node) for key, node in entries if key.text not in whole))
        rest = {key.text: node for key, node in entries if key.text in whole}
        if part is not None:
            yield from _owned(part, indent)
            if "net_debt" in rest:
                yield ""
                yield from comment("Net debt of this part alone; cash and debt of the group stand in bridge.yaml.")
                yield from assumption("net_debt", rest["net_debt"])
        yield from lines_of(found, own, indent)

    def _hoisted(self, entries: Iterable[tuple[Text, Node]]) -> tuple[list[tuple[Text, Node]], dict[str, Node]]:
        """Entries without what all parts share, which formulas then read among the drivers."""
        entries = [*entries]
        given = {key.text: node for key, node in entries if key.text in SHARED}
        if len(given) < len(SHARED):
            return entries, {}
        kept = [(key, _with_drivers(node)) for key, node in entries if key.text not in SHARED]
        return kept, given

    def _transaction(self, one: Leaving) -> str:
        found = ROUTES[one.route]
        name = next(part.name for part in self.wish.parts if part.id == one.part)
        example = example_of(found, self.wish.currency, self.power)
        lines = [f"name: {name}, {one.route.replace('_', ' ')}", f"route: {one.route}", f"part: {one.part}",
                 *lines_of(found, example)]  # fmt: skip
        return _text("transaction", found.summary, lines)

    def _drivers(self) -> Iterator[str]:
        shared: dict[str, Node] = {}
        for name in dict.fromkeys(method for part in self.wish.parts for method in part.methods):
            _, given = self._hoisted(example_of(METHODS[name], self.wish.currency, self.power).entries)
            shared.update(given)
        for name, node in shared.items():
            yield from ("", *assumption(name, node))
        money, _ = self.wish.quoted_in
        if money != self.wish.currency:
            yield ""
            yield from comment(f"Exchange rate: {self.wish.currency} for one {money}.")
            unit, rate = f"{self.wish.currency}/{money}", self.wish.fx
            yield from placeholder(_fx(self.wish), f"{rate or 1:.15g} {unit}", why=WHY if rate is None else ASKED)

    def _shares(self) -> str:
        wish, lines = self.wish, []
        money, share = wish.quoted_in
        lines += [*comment("Diluted ordinary shares; `basic` with `grants` and `converts` may stand here instead.")]
        lines += [*_given("diluted", wish.shares, SHARES, "m shares"), ""]
        if share == "ADS":
            lines += [*comment("Ordinary shares behind one ADS."),
                      *_given("ads_ratio", wish.ads_ratio, 8.0, "shares/ADS"), ""]  # fmt: skip
        if money != wish.currency:
            lines += [f"fx: = drivers.{_fx(wish)}", ""]
        lines += [*comment("What the market pays today; the upside is told against it."),
                  *_given("price", wish.price, PRICE, f"{money}/{share}")]  # fmt: skip
        return _text("shares", "From the equity of the group to one share.", lines)

    def _bridge(self) -> str:
        unit, lines = f"{self.wish.currency} m", []
        for name, amount, told in (
            ("cash", 50, "Cash and investments of the group"),
            ("debt", -100, "Debt of the group, negative"),
            ("corporate_cost", -20, "Costs of the head office that no part bears, capitalised, negative"),
        ):
            lines += ["", *comment(told), *placeholder(name, f"{float(f'{amount}e{self.power}'):.15g} {unit}")]
        return _text(
            "bridge", "What stands between the sum of the parts and the equity; each amount with its sign.", lines
        )


def _text(kind: str, told: str, lines: Iterable[str]) -> str:
    depth = "../../" if kind in ("segment", "transaction") else "../"
    return _joined([f"# yaml-language-server: $schema={depth}.schema/{kind}.json", *comment(told), *lines])


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _given(name: str, amount: float | None, default: float, unit: str) -> Iterator[str]:
    written = f"{default if amount is None else amount:.15g} {unit}"
    return placeholder(name, written, why=WHY if amount is None else ASKED)


def _owned(part: PartWish, indent: str) -> Iterator[str]:
    yield ""
    yield from comment("What the group owns of it; the rest belongs to minorities.", indent)
    why = ASKED if part.owned < 1 else "Wholly owned, as far as is known; name the source."
    yield from placeholder("owned", f"{100 * part.owned:.6g}%", indent, why)


def _weights(count: int) -> list[str]:
    whole = [100 // count] * count
    whole[-1] += 100 - sum(whole)
    return [f"{share}%" for share in whole]


def _fx(wish: Wish) -> str:
    return f"{wish.quoted_in[0]}_{wish.currency}".lower()


def _with_drivers(node: Node) -> Node:
    if isinstance(node, Text) and node.text.startswith("="):
        text = node.text
        for name in SHARED:
            text = text.replace(name, f"drivers.{name}")
        return Text(node.place, text)
    return node


def related(names: Sequence[str]) -> str | None:
    """The first two of some uncertain inputs, correlated; None where there are fewer."""
    if len(names) < 2:
        return None
    lines = [f"- between: [{names[0]}, {names[1]}]", "  rank: 0.3", f"  why: {WHY}"]
    return _text("correlations", "Rank correlations (Spearman) of uncertain assumptions.", lines)


def outcomes(low: Mapping[str, str], high: Mapping[str, str]) -> str | None:
    """A bear and a bull case that set inputs to values as files write them; None where there is nothing to set."""
    if not low:
        return None
    lines = []
    for name, probability, values in (("bear", "25%", low), ("base", "50%", {}), ("bull", "25%", high)):
        lines += [f"{name}:", f"  probability: {probability}"]
        lines += ["  set:", *(f"    {key}: {value}" for key, value in values.items())] if values else ["  set: {}"]
        lines += [f"  why: {WHY}"]
    told = "Named outcomes: what each sets, and how likely it is; probabilities sum to 100%."
    return _text("scenarios", told, lines)
