"""Which lines a calculation may write, read from the source of its function and of those that it passes its line to."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

from .lines import snake

_ANY = "0any0"


def labels(function: Callable[..., Any]) -> list[str]:
    """Return the dotted-name forms of the lines of a function, in the order of its source; ``*`` stands for any words.

    Lines that begin with any words, or have them twice, are left out: they are steps of tables and trees.

    >>> from valuation.methods import METHODS
    >>> labels(METHODS["venture"].function)[-3:]
    ['failure_adjusted_return', 'retention_after_*', 'dilution_by_all_later_rounds']
    """
    found = [snake(label).replace(_ANY, "*") for used in _functions(function, set()) for label in _written(used)]
    return [label for label in dict.fromkeys(found) if not label.startswith("*") and label.count("*") < 2]


def _functions(function: Callable[..., Any], seen: set[Any]) -> Iterator[Callable[..., Any]]:
    """A function and those of the package that it calls and that take a line first, each once."""
    if function in seen:
        return
    seen.add(function)
    yield function
    for name in _names(function.__code__):
        called = _helper(function, name)
        if called is not None:
            yield from _functions(called, seen)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _helper(function: Callable[..., Any], name: str) -> Callable[..., Any] | None:
    """The function of that name which takes a line first."""
    called = function.__globals__.get(name)
    return called if inspect.isfunction(called) and next(iter(_parameters(called)), "") == "line" else None


def _parameters(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


def _written(function: Callable[..., Any]) -> Iterator[str]:
    """The labels that a function writes itself, or names when it calls a helper that writes a line of that name."""
    for call, name in _calls(function):
        helper = _helper(function, name)
        at = 0 if name == "line" else _place_of_label(helper) if helper is not None else None
        if at is not None and at < len(call.args):
            yield from _texts(call.args[at], function)


def _texts(node: ast.expr, function: Callable[..., Any]) -> Iterator[str]:
    """The texts that an argument may be: a text, one of two, or what a variable was set to."""
    match node:
        case ast.Constant(value=str() as label):
            yield label
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else _ANY for part in parts)
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, function)
            yield from _texts(other, function)
        case ast.Name(id=name):
            for found in ast.walk(_tree(function)):
                if isinstance(found, ast.Assign) and any(
                    isinstance(t, ast.Name) and t.id == name for t in found.targets
                ):
                    yield from _texts(found.value, function)


def _place_of_label(helper: Callable[..., Any]) -> int | None:
    """Which argument of a helper is the label of a line that it writes."""
    for call, name in _calls(helper):
        if name == "line" and call.args and isinstance(call.args[0], ast.Name):
            wanted, known = call.args[0].id, _parameters(helper)
            if wanted in known:
                return known.index(wanted)
    return None


def _calls(function: Callable[..., Any]) -> list[tuple[ast.Call, str]]:
    found = [
        node for node in ast.walk(_tree(function)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    return [(node, node.func.id) for node in found if isinstance(node.func, ast.Name)]


def _tree(function: Callable[..., Any]) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))
