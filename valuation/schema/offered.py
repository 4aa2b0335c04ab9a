"""Names that an editor may offer: those of one case, or none."""

from __future__ import annotations

from dataclasses import dataclass

from ..assumptions import JUDGEMENT, Case


@dataclass(frozen=True)
class Offered:
    """Names of a case by what they name; schemas offer them, and refuse others where no other can be meant."""

    segments: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @classmethod
    def of(cls, case: Case) -> Offered:
        """What a case that can be read offers."""
        inputs = {found.name: found.distribution is not None for found in case.inputs}
        return cls(
            segments=tuple(case.segments),
            names=tuple(dict.fromkeys([*case.assumptions, *inputs])),
            uncertain=tuple(name for name, drawn in inputs.items() if drawn),
            facts=(*case.evidence, JUDGEMENT) if case.evidence else (),
            columns=tuple(f"= peers.{table.id}.{name}" for table in case.peers.values() for name in table.numeric),
        )
