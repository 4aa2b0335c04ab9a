"""What a method is to the rest of the program: a function, its parameters read from the signature, and its help.

``@method`` puts a function into the registry. File reading, schema, help, simulation, workbook and the agreement test
take it from there, so a new method is one file, one entry in ``methods/__init__.py`` and one published number.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import numpy as np

from ..formula import Quantity
from ..lines import Line, Lines
from .kinds import Choice, Kind, Parametric, Table

METHODS: Final[dict[str, Method]] = {}


class MissingAssumption(TypeError):
    """A method was asked for something that needs another parameter; ``parameter`` names it."""

    def __init__(self, parameter: str, reason: str) -> None:
        self.parameter, self.reason = parameter, reason
        super().__init__(f"{parameter} is missing: {reason}")


@dataclass(frozen=True)
class Worth:
    """What a method finds a thing worth: 100 % of the enterprise (before net debt) or of the equity."""

    value: Quantity
    level: Literal["enterprise", "equity"]


@dataclass(frozen=True)
class Parameter:
    """One parameter: its kind, whether it may be left out, its label on a sheet and its help."""

    name: str
    kind: Parametric
    required: bool
    default: Any
    label: str
    help: str


@dataclass(frozen=True, repr=False)
class Method:
    """A registered method. Calling it with plain numbers or arrays returns its lines."""

    name: str
    function: Callable[..., Worth]
    parameters: Mapping[str, Parameter]
    summary: str

    def __repr__(self) -> str:
        return f"<method {self.name}({', '.join(self.parameters)})>"

    def worth(self, line: Line, given: Mapping[str, Any]) -> Worth:
        """Run the method in a reading: yearly parameters that got a single value are repeated over the years."""
        with np.errstate(all="ignore"):  # what is not finite becomes NaN in its line
            return self.function(line, **given)

    def __call__(self, *, years: int | None = None, **given: Any) -> Lines:
        """Value with floats, arrays of draws, or (years, draws) arrays; lists are yearly values.

        Returns the lines; the last one is the worth. ``years`` is needed only when no yearly list or array is given.
        """
        unknown = set(given) - set(self.parameters)
        missing = [p.name for p in self.parameters.values() if p.required and p.name not in given]
        if unknown or missing:
            wrong = [f"has no {name}" for name in sorted(unknown)] + [f"needs {name}" for name in missing]
            raise TypeError(f"{self.name} {', '.join(wrong)}; its parameters are {', '.join(self.parameters)}")
        arrays = {name: self._array(name, value) for name, value in given.items()}
        lengths = {len(a) for a in arrays.values() if isinstance(a, np.ndarray) and a.ndim == 2}
        if len(lengths | ({years} - {None})) > 1:
            raise ValueError(f"{self.name}: yearly values of different lengths: {sorted(lengths)}")
        lines = Lines(years or (lengths.pop() if lengths else 1))
        self.worth(lines, {name: self._yearly(name, value, lines.years) for name, value in arrays.items()})
        return lines

    def _array(self, name: str, value: Any) -> Any:
        kind = self.parameters[name].kind
        if isinstance(kind, Choice) or value is None:
            return value
        if isinstance(kind, Table):
            rows = {row: {**kind.defaults, **fields} for row, fields in value.items()}
            return {row: {k: np.atleast_1d(np.asarray(v, float)) for k, v in f.items()} for row, f in rows.items()}
        array = np.atleast_1d(np.asarray(value, dtype=np.float64))
        return array[:, None] if isinstance(value, (list, tuple)) else array

    def _yearly(self, name: str, value: Any, years: int) -> Any:
        kind = self.parameters[name].kind
        if isinstance(kind, Kind) and kind.yearly and isinstance(value, np.ndarray) and value.ndim < 2:
            return np.broadcast_to(value, (years, *value.shape))
        return value


def method(function: Callable[..., Worth]) -> Method:
    """Register a function ``(line, *, parameters...) -> Worth`` as a method under its own name."""
    entry = Method(function.__name__, function, _parameters(function), _summary(function))
    METHODS[entry.name] = _documented(entry)
    return entry


def _documented(entry: Method) -> Method:
    """Give a method the docstring and the parameters of its function, as editors and notebooks show them."""
    signature = inspect.signature(entry.function)
    shown = [parameter for parameter in signature.parameters.values() if parameter.name != "line"]
    object.__setattr__(entry, "__doc__", entry.function.__doc__)
    object.__setattr__(entry, "__signature__", signature.replace(parameters=shown, return_annotation=Lines))
    return entry


def _summary(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _parameters(function: Callable[..., Any]) -> dict[str, Parameter]:
    hints = get_type_hints(function, include_extras=True)
    helps = _argument_help(inspect.getdoc(function) or "")
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "line":
            continue
        if name not in helps:
            raise TypeError(f"{function.__name__}: describe {name} in the docstring's Args, as 'name: label; help'")
        label, _, text = helps[name].partition("; ")
        required = parameter.default is inspect.Parameter.empty
        default = None if required else parameter.default
        found[name] = Parameter(name, _kind(hints[name]), required, default, label[:1].upper() + label[1:], text)
    return found


def _kind(hint: Any) -> Parametric:
    if get_origin(hint) is Literal:
        return Choice(get_args(hint))
    for part in (hint, *get_args(hint)):
        for note in getattr(part, "__metadata__", ()):
            if isinstance(note, (Kind, Table)):
                return note
    raise TypeError(f"{hint} is no kind of parameter: use one of methods.kinds or a Literal of words")


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
