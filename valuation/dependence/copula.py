"""Rank correlations between inputs, as a Gaussian copula: which normal scores move together, and how much.

Analysts state Spearman rank correlations, because these survive the marginals. The scores need Pearson correlations,
2 sin(pi rank / 6) (Pearson 1907), and those must form a positive semidefinite matrix. A matrix that is not quite one is
replaced by the nearest (Higham 2002) by the weights of its pairs, and the ``Repair`` says what changed; nothing is
repaired without a report.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..problems import nearest
from .nearest_correlation import Change, Repair, nearest_correlation

Array = NDArray[np.float64]

MENDABLE: Final = 0.1
KEPT: Final = 0.001
KEEP: Final = math.inf
_ROUNDING: Final = 1e-10
_ROWS: Final = 16
_NAMED: Final = 5


class Pair(NamedTuple):
    """A rank correlation of two inputs; ``weight`` says how much it stays when the matrix is repaired.

    1 unless said, 5 for a pair whose squared change counts five times, 0 for one that may take any value, KEEP for one
    that stays as it is.
    """

    first: str
    second: str
    rank: float
    weight: float = 1.0


Pairs = Iterable[Pair | tuple[str, str, float] | tuple[str, str, float, float]]


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a pair; ``pair`` is its place in the list that was given, None if it is about them all."""

    text: str
    pair: int | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, eq=False)
class Dependence:
    """How inputs depend on each other.

    ``names`` are all inputs, in the order of their rows; ``members`` the rows that take part; ``normal`` the
    correlation matrix of the members' normal scores (members, members) and ``factor`` its lower Cholesky factor.
    ``report`` says what a repair changed, None if none was needed. ``complaints`` are for the caller to act on: pairs
    that were left out, or a repair larger than MENDABLE.
    """

    names: tuple[str, ...]
    members: tuple[int, ...]
    normal: Array
    factor: Array
    report: Repair | None = None
    complaints: tuple[Complaint, ...] = ()

    @classmethod
    def build(cls, names: Sequence[str], pairs: Pairs) -> Dependence:
        """Build from pairs (name, other name, Spearman rank correlation, weight) of some ``names``; never raises.

        Without a weight a pair has 1, and so have pairs that are not given, whose rank is 0. Pairs at fault are
        complained about and left out; of a pair given twice the first counts.
        """
        listed = [Pair(*pair) for pair in pairs]
        kept, complaints = _checked(names, listed)
        linked = {name for pair in kept.values() if pair.rank for name in pair[:2]}
        members = tuple(row for row, name in enumerate(names) if name in linked)
        rows = {names[row]: place for place, row in enumerate(members)}
        ranks, weights = np.eye(len(members)), np.ones((len(members), len(members)))
        for (first, second), pair in kept.items():
            if first in rows and second in rows:
                i, j = rows[first], rows[second]
                ranks[i, j] = ranks[j, i] = pair.rank
                weights[i, j] = weights[j, i] = pair.weight
        wanted = to_normal(ranks)
        np.fill_diagonal(wanted, 1)  # 2 sin(pi / 6) is 1 but for its last digit
        smallest = float(np.linalg.eigvalsh(wanted)[0]) if members else 1.0
        if smallest >= -_ROUNDING:
            return cls(tuple(names), members, wanted, _factor(wanted), None, tuple(complaints))
        normal = nearest_correlation(wanted, weights)
        repair = Repair(smallest, _changes(list(rows), ranks, to_rank(normal), weights, kept))
        complaints += _not_kept(repair, listed) or _beyond_repair(repair, listed)
        return cls(tuple(names), members, normal, _factor(normal), repair, tuple(complaints))

    @classmethod
    def from_matrix(
        cls, names: Sequence[str], labels: Sequence[str], matrix: Array, weights: Array | None = None
    ) -> Dependence:
        """Build from a full matrix of rank correlations (labels, labels), whose labels are some of the ``names``.

        ``weights`` (labels, labels) are those of the pairs, read above the diagonal.
        """
        matrix = np.asarray(matrix, dtype=np.float64)
        size = len(labels)
        if matrix.shape != (size, size):
            shape = " x ".join(map(str, matrix.shape))
            return cls.build(names, []).complaining([f"a matrix of {size} x {size} expected, found {shape}"])
        upper = [(i, j) for i in range(size) for j in range(i + 1, size)]
        texts = [f"rank 1 of {labels[i]} with itself expected, found {matrix[i, i]:g}" for i in range(size)]
        texts = [text for i, text in enumerate(texts) if matrix[i, i] != 1]
        for i, j in upper:
            if not abs(matrix[i, j] - matrix[j, i]) <= _ROUNDING:
                found = f"{matrix[i, j]:g} and {matrix[j, i]:g}"
                texts.append(f"a symmetric matrix expected, found {found} for {labels[i]} and {labels[j]}")
        counts = np.ones((size, size)) if weights is None else np.asarray(weights, dtype=np.float64)
        pairs = [Pair(labels[i], labels[j], float(matrix[i, j]), float(counts[i, j])) for i, j in upper]
        return cls.build(names, pairs).complaining(texts)

    def complaining(self, texts: Iterable[str]) -> Dependence:
        """Return the same dependence with complaints about the whole put before its own."""
        own = tuple(map(Complaint, texts)) + self.complaints
        return Dependence(self.names, self.members, self.normal, self.factor, self.report, own)

    def factor_in(self, order: Sequence[str]) -> Array:
        """Return the factor (members, members) when the members are drawn in another order, given by their names."""
        places = {self.names[row]: place for place, row in enumerate(self.members)}
        rows = np.array([places[name] for name in order], dtype=np.intp)
        return _factor(self.normal[np.ix_(rows, rows)])

    def apply(self, z: Array) -> Array:
        """Return correlated normal scores (inputs, draws) from independent ones of the same shape, a new array.

        Rows that take no part come back as they are. Each draw is computed the same way however many are passed:
        einsum sums in a fixed order, whereas a BLAS product rounds differently with its number of threads.
        """
        if z.shape[1] == 1:
            return self.apply(np.repeat(z, 2, axis=1))[:, :1].copy()  # einsum sums a lone column in another order
        mixed = z.copy()
        rows = np.array(self.members, dtype=np.intp)
        scores = z[rows]
        for start in range(0, rows.size, _ROWS):
            stop = min(start + _ROWS, rows.size)
            mixed[rows[start:stop]] = np.einsum("ij,jk->ik", self.factor[start:stop, :stop], scores[:stop])
        return mixed


def to_normal(rank: Array) -> Array:
    """Return correlations of normal scores with these Spearman rank correlations (Pearson 1907)."""
    return 2 * np.sin(np.pi / 6 * rank)


def to_rank(normal: Array) -> Array:
    """Return Spearman rank correlations of normal scores with these correlations (Pearson 1907)."""
    return 6 / np.pi * np.arcsin(np.clip(normal, -1, 1) / 2)  # rounding may go beyond 1


def _checked(names: Sequence[str], pairs: Sequence[Pair]) -> tuple[dict[tuple[str, str], Pair], list[Complaint]]:
    known = set(names)
    kept: dict[tuple[str, str], Pair] = {}
    complaints: list[Complaint] = []
    for place, pair in enumerate(pairs):
        first, second, rank, _ = pair
        between = (first, second) if first <= second else (second, first)
        text = _pair_complaint(known, pair)
        if not text and between in kept:
            other = kept[between].rank
            again = f"twice, as {rank:g}" if other == rank else f"both {other:g} and {rank:g}"
            text = f"one rank for {first} and {second} expected, found {again}"
        if text:
            complaints.append(Complaint(text, place))
        else:
            kept[between] = pair
    return kept, complaints


def _pair_complaint(names: set[str], pair: Pair) -> str:
    for name in pair[:2]:
        if name not in names:
            return f"an uncertain input expected, found {name}{nearest(name, sorted(names))}"
    if pair.first == pair.second:
        return f"two different inputs expected, found {pair.first} twice"
    if not -1 <= pair.rank <= 1:
        return f"a rank correlation between -1 and 1 expected, found {pair.rank:g}"
    return "" if pair.weight >= 0 else f"a weight of 0 or more expected, found {pair.weight:g}"


def _changes(
    names: Sequence[str], before: Array, after: Array, weights: Array, given: Iterable[tuple[str, str]]
) -> tuple[Change, ...]:
    told = {frozenset(pair) for pair in given}
    changes = []
    for i, first in enumerate(names):
        for j in range(i + 1, len(names)):
            between = (first, names[j])
            ranks = float(before[i, j]), float(after[i, j])
            changes.append(Change(between, *ranks, frozenset(between) in told, float(weights[i, j])))
    return tuple(sorted(changes, key=lambda change: (-round(change.size, 9), change.between)))


def _not_kept(repair: Repair, pairs: Sequence[Pair]) -> list[Complaint]:
    """A complaint when pairs cannot be kept even though all others may move."""
    lost = [change for change in repair.changes if change.weight == KEEP and change.size > KEPT]
    if not lost:
        return []
    kept = [pair for pair in pairs if pair.weight == KEEP]
    named = ", ".join(f"{pair.first} and {pair.second} {pair.rank:g}" for pair in kept[:_NAMED])
    more = f" and {len(kept) - _NAMED} more" if len(kept) > _NAMED else ""
    text = f"pairs to keep that agree with each other expected, found {named}{more}: whatever the others are, no matrix"
    return [Complaint(f"{text} has them all; keep fewer, or give weights", pairs.index(kept[0]))]


def _beyond_repair(repair: Repair, pairs: Sequence[Pair]) -> list[Complaint]:
    """A complaint when pairs move further than anybody would call mending; pairs of weight 0 may."""
    worst = [change for change in repair.changes if change.size > MENDABLE and change.weight > 0]
    if not worst:
        return []
    more = f" and {len(worst) - _NAMED} more" if len(worst) > _NAMED else ""
    text = (
        f"rank correlations that agree with each other expected, found a contradiction (smallest eigenvalue "
        f"{repair.smallest_eigenvalue:.3g}); the nearest that agree change {', '.join(map(str, worst[:_NAMED]))}{more}"
    )
    between = [set(pair[:2]) for pair in pairs]
    first = next(
        (between.index(set(change.between)) for change in repair.requested if set(change.between) in between), None
    )
    return [Complaint(text, first)]


def _factor(matrix: Array) -> Array:
    """Return the lower Cholesky factor of a positive semidefinite matrix, singular ones (rank 1, -1) included."""
    try:
        return np.linalg.cholesky(matrix).astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(matrix)
        root = vectors * np.sqrt(np.maximum(values, 0))
        # root @ root.T is the matrix, so the triangle of root.T's QR decomposition is a factor, up to signs
        lower: Array = np.linalg.qr(root.T)[1].T
        return lower * np.where(np.diag(lower) < 0, -1.0, 1.0)
