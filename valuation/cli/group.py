"""How commands are listed and helped: by purpose, with examples and exit statuses."""

from __future__ import annotations

from typing import Any, Final

import click

from .errors import STATUSES, print_json, usage

PURPOSES: Final = {
    "Start and guide": ("new", "schema", "import", "completion"),
    "Value": ("check", "value", "run"),
    "Understand": ("explain", "sensitivity", "solve", "compare", "plot"),
    "Workbook and proof": ("verify", "pull", "replay"),
}
ASKED: Final = "--json"


class Told(click.Command):
    """A command whose help ends with the exit statuses, and whose wrong usage is told in JSON where that is asked."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the exit statuses."""
        with formatter.section("Exit status"):
            formatter.write_dl([(str(status), meaning) for status, meaning in STATUSES.items()])

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse the arguments; what is wrong with them is also one JSON object on stdout."""
        asked = ASKED in args
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            if asked:
                print_json(usage(error))
            raise


class Purposes(click.Group):
    """The commands by what they are for; what goes wrong is told in JSON too where that is asked."""

    command_class = Told

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List every command under its purpose, with its first sentence."""
        listed = {name for names in PURPOSES.values() for name in names}
        groups = {**PURPOSES, "Other": tuple(name for name in self.list_commands(ctx) if name not in listed)}
        for purpose, names in groups.items():
            found = [(name, self.commands[name]) for name in names if name in self.commands]
            if found:
                with formatter.section(purpose):
                    formatter.write_dl([(name, command.get_short_help_str(limit=300)) for name, command in found])
        with formatter.section("Exit status"):
            formatter.write_dl([(str(status), meaning) for status, meaning in STATUSES.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; one that is none is wrong usage, told in JSON too where that is asked."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            if ASKED in args:
                print_json(usage(error))
            raise
