"""What ``valuation check`` does: what is wrong with the files, and what professionals would look at twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .errors import print_json
from .watch import watch

if TYPE_CHECKING:
    from ..study import Study


def run(case: str, as_json: bool) -> None:
    """Check once; status 1 when a check is an error."""
    from ..study import load

    study = load(case)
    if as_json:
        repair = study.correlation_repair
        repaired = {} if repair is None else {"correlation_repair": repair.as_json()}
        found = [finding.as_json() for finding in study.value().checks]
        print_json({"case": study.case.id, "checks": found, **repaired})
    else:
        _show(study)
    if any(finding.severity == "error" for finding in study.value().checks):
        raise click.exceptions.Exit(1)


def watched(case: str, as_json: bool) -> None:
    """Check again whenever a file of the case is saved."""
    from ..study import load

    if as_json:
        raise click.UsageError("--watch prints tables, not JSON")

    def once() -> tuple[float, str]:
        study = load(case)
        _show(study)
        base = study.value()
        return base.per_share, str(base.case.quote)

    watch(case, once)


def _show(study: Study) -> None:
    from ..layouts.simulation import repair_tables
    from ..terminal import print_checks, print_tables

    print_checks(study.value().checks)
    print_tables(repair_tables(study.correlation_repair))
