"""What a calculation is to the rest of the program: a function, its parameters read from the signature, and its help.

Methods value a thing, schedules work out a supporting figure, routes carry out a transaction; each is a function
``(line, ..., *, parameters)`` over quantities. File reading, schema, help, simulation, workbook and the agreement test
take what they need from its signature and docstring.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from importlib import import_module
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from .kinds import Choice, Kind, Parametric, PeerColumn, Table
from .lines import Line, Lines

C = TypeVar("C", bound="Calculation")
F = TypeVar("F", bound=Callable[..., Any])
Pairs = tuple[tuple[str, str], ...]


class MissingAssumption(TypeError):
    """A calculation was asked for something that needs another parameter; ``parameter`` names it."""

    def __init__(self, parameter: str, reason: str) -> None:
        self.parameter, self.reason = parameter, reason
        super().__init__(f"{parameter} is missing: {reason}")


def needed(value: Any, parameter: str, reason: str) -> Any:
    """Return a value that an optional parameter must have here; MissingAssumption says why it must."""
    if value is None:
        raise MissingAssumption(parameter, reason)
    return value


@dataclass(frozen=True)
class Parameter:
    """One parameter: its kind, whether it may be left out, its label on a sheet and its help.

    ``bundle`` is the keyword under which the function takes it together with others, as a field of a dataclass.
    """

    name: str
    kind: Parametric
    required: bool
    default: Any
    label: str
    help: str
    bundle: str = ""


@dataclass(frozen=True, repr=False)
class Calculation:
    """A registered function. Calling it with plain numbers or arrays returns its lines.

    Keyword parameters come from assumptions; positional ones behind ``line`` are given by the program (a route gets the
    part that it moves). ``bundles`` are dataclasses whose fields are parameters like any other.
    ``pairs`` are parameters whose joint effect deserves a two-way table, the first down and the second across.
    """

    name: str
    function: Callable[..., Any]
    parameters: Mapping[str, Parameter]
    bundles: Mapping[str, type]
    summary: str
    pairs: Pairs = ()

    @property
    def sort(self) -> str:
        """What sort of calculation it is, as a word for messages: method, schedule, route."""
        return type(self).__name__.lower()

    @property
    def example(self) -> str:
        """How a file may use it: the lines of YAML under ``Example:`` in its docstring, money in CNY."""
        _, _, section = (inspect.getdoc(self.function) or "").partition("\nExample:\n")
        return textwrap.dedent(section).strip()

    def __reduce__(self) -> tuple[Callable[[str, str], Any], tuple[str, str]]:
        """A worker finds the calculation by its name, as it does any function."""
        return _by_name, (self.function.__module__, self.function.__name__)

    def __repr__(self) -> str:
        return f"<{self.sort} {self.name}({', '.join(self.parameters)})>"

    def run(self, line: Line, *subjects: Any, **given: Any) -> Any:
        """Run the function in a reading: yearly parameters that got a single value are repeated over the years."""
        flat = {name: value for name, value in given.items() if not self.parameters[name].bundle}
        bundled = {
            bundle: made(**{n: v for n, v in given.items() if self.parameters[n].bundle == bundle})
            for bundle, made in self.bundles.items()
        }
        with np.errstate(all="ignore"):  # what is not finite becomes NaN in its line
            return self.function(line, *subjects, **flat, **bundled)

    def __call__(self, *subjects: Any, years: int | None = None, **given: Any) -> Lines:
        """Compute with floats, arrays of draws, or (years, draws) arrays; lists are yearly values.

        Returns the lines; the last one is the result. ``years`` is needed only when no yearly list or array is given.
        """
        unknown = set(given) - set(self.parameters)
        missing = [p.name for p in self.parameters.values() if p.required and p.name not in given]
        if unknown or missing:
            wrong = [f"has no {name}" for name in sorted(unknown)] + [f"needs {name}" for name in missing]
            raise TypeError(f"{self.name} {', '.join(wrong)}; its parameters are {', '.join(self.parameters)}")
        arrays = {name: _array(self.parameters[name].kind, value) for name, value in given.items()}
        lengths = set(_lengths(arrays))
        if len(lengths | ({years} - {None})) > 1:
            raise ValueError(f"{self.name}: yearly values of different lengths: {sorted(lengths)}")
        lines = Lines(years or (lengths.pop() if lengths else 1))
        self.run(lines, *subjects, **{name: self._yearly(name, value, lines.years) for name, value in arrays.items()})
        return lines

    def _yearly(self, name: str, value: Any, years: int) -> Any:
        kind = self.parameters[name].kind
        if isinstance(kind, Kind) and kind.yearly and isinstance(value, np.ndarray) and value.ndim < 2:
            return np.broadcast_to(value, (years, *value.shape))
        return value


def _by_name(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


def _lengths(arrays: Mapping[str, Any]) -> Iterator[int]:
    """Numbers of years of yearly values, those in rows of tables too."""
    for value in arrays.values():
        if isinstance(value, Mapping):
            yield from _lengths(value)
        elif isinstance(value, np.ndarray) and value.ndim == 2:
            yield len(value)


def _array(kind: Parametric, value: Any) -> Any:
    if isinstance(kind, Choice) or value is None:
        return value
    if isinstance(kind, PeerColumn):
        return np.asarray(value, dtype=np.float64)
    if isinstance(kind, Table):
        given = {name: default for name, default in kind.defaults.items() if default is not None}
        return {
            row: {name: _array(kind.fields[name], field) for name, field in {**given, **entries}.items()}
            for row, entries in value.items()
        }
    array = np.atleast_1d(np.asarray(value, dtype=np.float64))
    return array[:, None] if isinstance(value, (list, tuple)) else array


def calculation(sort: type[C], function: Callable[..., Any]) -> C:
    """Return a function as a calculation of a sort, its parameters read from signature and docstring."""
    hints = get_type_hints(function, include_extras=True)
    keywords = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
    bundles: dict[str, type] = {p.name: hints[p.name] for p in keywords if is_dataclass(hints[p.name])}
    found = {parameter.name: parameter for parameter in _parameters(function, hints, bundles, keywords)}
    summary = (inspect.getdoc(function) or "").partition("\n")[0]
    pairs = tuple(pair for source in (function, *bundles.values()) for pair in getattr(source, "pairs", ()))
    for name in (name for pair in pairs for name in pair):
        if name not in found:
            raise TypeError(f"{function.__name__}: a two-way table of {name}, which is no parameter")
    return _documented(sort(function.__name__, function, found, bundles, summary, pairs))


def two_way(*pairs: tuple[str, str]) -> Callable[[F], F]:
    """Say of a calculation, or of a bundle, which pairs of its parameters deserve a two-way table."""

    def marked(function: F) -> F:
        function.pairs = pairs  # type: ignore[attr-defined]
        return function

    return marked


def _documented(entry: C) -> C:
    """Give a calculation the docstring and the parameters of its function, as editors and notebooks show them."""
    shown = [
        inspect.Parameter(
            p.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if p.required else p.default,
        )
        for p in entry.parameters.values()
    ]
    object.__setattr__(entry, "__doc__", entry.function.__doc__)
    object.__setattr__(entry, "__signature__", inspect.Signature(shown, return_annotation=Lines))
    return entry


def _parameters(
    function: Callable[..., Any],
    hints: Mapping[str, Any],
    bundles: Mapping[str, type],
    keywords: list[inspect.Parameter],
) -> Iterator[Parameter]:
    helps = _argument_help(inspect.getdoc(function) or "")
    for parameter in keywords:
        name = parameter.name
        if name in bundles:
            yield from _bundled(name, bundles[name])
            continue
        required = parameter.default is inspect.Parameter.empty
        default = None if required else parameter.default
        yield _parameter(function.__name__, name, hints[name], helps, required, default)


def _bundled(bundle: str, made: Any) -> Iterator[Parameter]:
    """The parameters that a dataclass stands for; its docstring describes them."""
    hints, helps = get_type_hints(made, include_extras=True), _argument_help(inspect.getdoc(made) or "")
    for entry in fields(made):
        required = entry.default is MISSING
        default = None if required else entry.default
        yield _parameter(made.__name__, entry.name, hints[entry.name], helps, required, default, bundle)


def _parameter(
    owner: str, name: str, hint: Any, helps: Mapping[str, str], required: bool, default: Any, bundle: str = ""
) -> Parameter:
    if name not in helps:
        raise TypeError(f"{owner}: describe {name} in the docstring's Args, as 'name: label; help'")
    label, _, text = helps[name].partition("; ")
    return Parameter(name, _kind(hint), required, default, label[:1].upper() + label[1:], text, bundle)


def _kind(hint: Any) -> Parametric:
    if get_origin(hint) is Literal:
        return Choice(get_args(hint))
    for part in (hint, *get_args(hint)):
        if get_origin(part) is Literal:
            return Choice(get_args(part))
        for note in getattr(part, "__metadata__", ()):
            if isinstance(note, (Kind, Table, PeerColumn)):
                return note
    raise TypeError(f"{hint} is no kind of parameter: use one of valuation.kinds or a Literal of words")


def _argument_help(doc: str) -> dict[str, str]:
    """Read 'name: label; help' from the Args of a docstring; continuation lines are joined."""
    _, _, section = doc.partition("Args:\n")
    entries: dict[str, str] = {}
    name = ""
    for text in section.splitlines():
        if not text.strip() or not text.startswith("    "):
            break
        found = re.match(r"    (\w+): (.*)", text)
        if found:
            name = found[1]
            entries[name] = found[2].strip()
        else:
            entries[name] += " " + text.strip()
    return entries
