"""Checks that fired as a table: how grave, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..checks.standards import SEVERITIES
from ..tables import Column, Table, Toned, note

if TYPE_CHECKING:
    from ..checks import Finding


def findings_tables(findings: Sequence[Finding]) -> list[Table]:
    """A row a finding, errors first; a sentence when there is none."""
    if not findings:
        return [note("no problems; every check is clear")]
    columns = (Column("severity", whole=True), Column("place", whole=True), Column("message"), Column("rule"))
    rows = tuple(
        (Toned(found.severity), str(found.place), found.message, found.rule)
        for found in sorted(findings, key=lambda found: SEVERITIES.index(found.severity))
    )
    counts = {severity: sum(found.severity == severity for found in findings) for severity in SEVERITIES}
    told = ", ".join(f"{count} {severity}{'s' * (count > 1)}" for severity, count in counts.items() if count)
    return [Table("Checks", columns, (rows,), (told,))]
