"""Write docs/commands.md, the reference of the command line, from the commands themselves; see `make docs`."""

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from valuation.cli import main
from valuation.cli.errors import STATUSES
from valuation.cli.group import PURPOSES

PAGE = Path(__file__).parent / "commands.md"
HEAD = """\
# Commands

This page is generated (`make docs`); change the help of the commands, not the page.

Colours appear on a terminal only, and never where `NO_COLOR` is set; `FORCE_COLOR` asks for them in a pipe. Progress
goes to stderr, and only to a terminal. With `--json` one object stands on stdout, when something is wrong too.
`valuation completion bash` lets a shell complete commands, options, cases and dotted names.
"""


def reference() -> str:
    """The whole page."""
    rows = "\n".join(f"| {status} | {meaning} |" for status, meaning in STATUSES.items())
    parts = [HEAD, f"| exit status | meaning |\n|---|---|\n{rows}\n"]
    for purpose, names in PURPOSES.items():
        parts += [f"## {purpose}\n", *(told for name in names if name in main.commands for told in _command(name))]
    return "\n".join(parts)


def _command(name: str) -> Iterator[str]:
    command = main.commands[name]
    arguments = " ".join(
        p.make_metavar(click.Context(command)) for p in command.params if isinstance(p, click.Argument)
    )
    text, _, examples = inspect.cleandoc(command.help or "").partition("\b\n")
    yield f"### valuation {name}\n"
    yield f"`valuation {name} [OPTIONS] {arguments}`\n"
    yield f"{text.strip()}\n"
    yield f"```sh\n{examples.strip()}\n```\n"
    options = [option for option in command.params if isinstance(option, click.Option)]
    if options:
        yield "| option | |\n|---|---|"
        yield from (_option(command, option) for option in options)
        yield ""


def _option(command: click.Command, option: click.Option) -> str:
    record = option.get_help_record(click.Context(command))
    assert record is not None
    names, told = (" ".join(text.split()).replace("|", "\\|") for text in record)
    return f"| `{names}` | {told} |"


if __name__ == "__main__":
    PAGE.write_text(reference(), "utf-8")
