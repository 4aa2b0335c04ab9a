"""What a shell completes: cases, and the dotted names of the case that stands on the line.

Completion is silent: where a case cannot be read, nothing is offered.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click
from click.shell_completion import CompletionItem, get_completion_class

SHELLS: Final = ("bash", "zsh", "fish")
PROGRAM: Final = "valuation"
VARIABLE: Final = "_VALUATION_COMPLETE"
PLACES: Final = {
    "bash": 'add to ~/.bashrc: eval "$(valuation completion bash)"',
    "zsh": 'add to ~/.zshrc, behind compinit: eval "$(valuation completion zsh)"',
    "fish": "valuation completion fish > ~/.config/fish/completions/valuation.fish",
}
MOST: Final = 400


def script(main: click.Command, shell: str) -> str:
    """The script for a shell, with a line that says how to install it."""
    found = get_completion_class(shell)
    assert found is not None
    return f"# {PLACES[shell]}\n{found(main, {}, PROGRAM, VARIABLE).source()}"


def cases(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Folders that are cases, folders on the way to them, and YAML files."""
    base = Path(incomplete) if incomplete.endswith("/") else Path(incomplete).parent
    stem = "" if incomplete.endswith("/") else Path(incomplete).name
    try:
        inside = sorted(path for path in base.iterdir() if path.name.startswith(stem) and path.name[0] != ".")
    except OSError:
        return []
    offered = [path for path in inside if path.is_dir() or path.suffix == ".yaml"]
    if not incomplete and Path("assumptions").is_dir():
        offered = [*sorted(path.parent for path in Path("assumptions").glob("*/case.yaml")), *offered]
    return [CompletionItem(f"{path}/" if _leads_on(path) else str(path)) for path in offered]


def _leads_on(path: Path) -> bool:
    return path.is_dir() and not (path / "case.yaml").exists()


def names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The dotted names of assumptions and inputs, and parts."""
    return [CompletionItem(name, help=told) for name, told in _known(ctx, incomplete)]


def settings(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The same, each with the sign behind which its value stands."""
    return (
        [] if "=" in incomplete else [CompletionItem(f"{name}=", help=told) for name, told in _known(ctx, incomplete)]
    )


def _known(ctx: click.Context, incomplete: str) -> list[tuple[str, str]]:
    case: Any = ctx.params.get("case")
    paths = [*(case if isinstance(case, tuple) else (case,)), *ctx.args]  # args: an option still waits for its value
    path = next((path for path in paths if path), None)
    if path is None:
        return []
    from ..reading import read

    try:
        found, _ = read(path, evidence=False)
    except Exception:  # a line that is being typed is no place for complaints
        return []
    if found is None:
        return []
    told = {name: one.label for name, one in found.assumptions.items()}
    told |= {one.name: one.label for one in found.inputs} | {name: part.name for name, part in found.segments.items()}
    return [(name, label) for name, label in told.items() if name.startswith(incomplete)][:MOST]
