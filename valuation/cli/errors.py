"""What a user is told of an error: a message on stderr and a status, and JSON on stdout where it was asked for."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import click

Checks = list[dict[str, str]]

STOPPED: Final = 130
"""The status of a program that Ctrl-C ended, as shells have it: 128 and the number of the signal."""
STATUSES: Final = {
    0: "done",
    1: "the input has problems, or a check, a proof or a replay failed",
    2: "wrong usage",
    STOPPED: "stopped by Ctrl-C",
}
"""What the exit statuses of all commands mean."""


class Refused(click.ClickException):
    """What was asked cannot be done: the message goes to stderr, and ``checks`` say the same in JSON."""

    exit_code = 1

    def __init__(self, message: str, checks: Checks) -> None:
        super().__init__(message)
        self.checks = checks

    def show(self, file: Any = None) -> None:
        """Print the message alone."""
        click.echo(self.message, err=True)


class Stopped(Refused):
    """Ctrl-C came before there was a result."""

    exit_code = STOPPED

    def __init__(self, message: str = "stopped before there was a result") -> None:
        super().__init__(message, [failure("stopped", message)])


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """No traceback reaches a user: what goes wrong becomes a message and a status."""

    @wraps(command)
    def guarding(*args: Any, **asked: Any) -> None:
        try:
            command(*args, **asked)
        except click.UsageError as error:
            if asked.get("as_json"):
                print_json(usage(error))
            raise
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            refused = refusal(error, asked)
            if asked.get("as_json"):
                print_json({"case": asked.get("case"), "checks": refused.checks})
            raise refused from None

    return guarding


def refusal(error: BaseException, asked: dict[str, Any]) -> Refused:
    """What is told of an error; raises it again where VALUATION_DEBUG is set and it is not the user's."""
    from ..problems import InvalidAssumptions

    match error:
        case Refused():
            return error
        case KeyboardInterrupt():
            return Stopped()
        case InvalidAssumptions():
            checks = [failure("input", f"{p.name}: {p.text}".removeprefix(": "), str(p.place)) for p in error.problems]
            return Refused(str(error), checks)
        case BrokenPipeError():
            return _environment("the output was closed before all was written")
        case OSError():
            name, text = _name_of(error, asked), str(error.strerror or error)
            return _environment(text, name, f"{name}: {text}")
        case MemoryError():
            return _environment("not enough memory: ask for fewer draws")
        case ModuleNotFoundError():
            return _environment(str(error))
        case RuntimeError() if type(error).__module__.startswith("valuation."):
            return _environment(str(error))  # ours, with its remedy, such as workers that died
    if os.environ.get("VALUATION_DEBUG"):
        raise error
    text = f"internal error, please report it: {type(error).__name__}: {error} (VALUATION_DEBUG=1 shows where)"
    return Refused(text, [failure("internal", text)])


def failure(what: str, message: str, place: str = "") -> dict[str, str]:
    """One entry of ``checks`` in JSON."""
    return {"id": what, "severity": "error", "message": message, "place": place}


def usage(error: click.UsageError) -> dict[str, Any]:
    """What JSON says of wrong usage."""
    return {"case": None, "checks": [failure("usage", error.format_message())]}


def print_json(result: dict[str, Any]) -> None:
    """Print one object on stdout."""
    click.echo(json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False))


def _environment(message: str, place: str = "", text: str = "") -> Refused:
    return Refused(text or message, [failure("environment", message, place)])


def _name_of(error: OSError, asked: dict[str, Any]) -> str:
    """The file of an error, or what else it is about: a scheduler that does not answer has no file."""
    names = (error.filename, asked.get("cluster"), asked.get("output"), asked.get("book"))
    return str(next((name for name in names if name), ""))
