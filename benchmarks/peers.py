"""SOTP-10 in other tools, each in its own words: inputs and correlations by the tool, the model by the definition.

A function makes the inputs once and returns what runs them: draws and seed to values per share. Marginals are the
tool's own where it has them; where it lacks one, or cannot correlate it, the comment beside it says what stands in its
place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import stats

from . import definition as sotp10

Run = Callable[[int, int], Any]


@dataclass(frozen=True)
class Peer:
    """Another tool: the package that brings it, how it correlates, and what makes its run."""

    package: str
    correlation: str
    make: Callable[[], Run]


def openturns() -> Run:
    """OpenTURNS: a joint distribution with a normal copula."""
    import openturns as ot

    def marginal(kind: str, p: tuple[float, ...]) -> Any:
        match kind:
            case "lognormal":
                return ot.LogNormal(float(np.log(p[0])), p[1], 0.0)
            case "truncated_normal":
                return ot.TruncatedNormal(*p)
            case "pert":
                return ot.Beta(*_shape(p), p[0], p[2])
            case "triangular":
                return ot.Triangular(*p)
            case "uniform":
                return ot.Uniform(*p)
        return ot.Bernoulli(*p)

    ranks = ot.CorrelationMatrix(sotp10.rank_correlations().tolist())
    copula = ot.NormalCopula(ot.NormalCopula.GetCorrelationFromSpearmanCorrelation(ranks))
    joint = ot.JointDistribution([marginal(*found) for found in sotp10.MARGINALS], copula)

    def run(draws: int, seed: int) -> Any:
        ot.RandomGenerator.SetSeed(seed)
        return sotp10.model(np.ascontiguousarray(np.asarray(joint.getSample(draws)).T))

    return run


def chaospy() -> Run:
    """Chaospy: marginals from uniforms that its Nataf copula correlates."""
    import chaospy as cp

    def marginal(kind: str, p: tuple[float, ...]) -> Any:
        match kind:
            case "lognormal":
                return cp.LogNormal(float(np.log(p[0])), p[1])
            case "truncated_normal":
                mean, sd, low, high = p
                return cp.TruncNormal(lower=low, upper=high, mu=mean, sigma=sd)
            case "pert":
                return cp.Beta(*_shape(p), p[0], p[2])
            case "triangular":
                return cp.Triangle(*p)
            case "uniform":
                return cp.Uniform(*p)
        return cp.Uniform(0, 1)  # its copula takes continuous marginals only: the event is read from a uniform

    joint = cp.Nataf(cp.J(*(marginal(*found) for found in sotp10.MARGINALS)), _normal())

    def run(draws: int, seed: int) -> Any:
        return sotp10.model(_events(joint.sample(draws, rule="random", seed=seed)))

    return run


def squigglepy() -> Run:
    """Squigglepy: Iman-Conover between its distributions."""
    import squigglepy as sq

    def marginal(kind: str, p: tuple[float, ...]) -> Any:
        match kind:
            case "lognormal":
                return sq.lognorm(norm_mean=float(np.log(p[0])), norm_sd=p[1])
            case "truncated_normal":
                mean, sd, low, high = p
                return sq.norm(mean=mean, sd=sd, lclip=low, rclip=high)  # clips: what is beyond stands on the bounds
            case "pert":
                return sq.pert(*p)
            case "triangular":
                return sq.triangular(*p)
        return sq.uniform(*(p if kind == "uniform" else (0, 1)))  # it does not correlate events: read from a uniform

    def run(draws: int, seed: int) -> Any:
        sq.set_seed(seed)
        inputs = tuple(marginal(*found) for found in sotp10.MARGINALS)
        inputs = sq.correlate(inputs, sotp10.rank_correlations(), tolerance=None)
        return sotp10.model(_events(np.stack([found @ draws for found in inputs])))

    return run


def probabilit() -> Run:
    """Probabilit: a graph of nodes with Iman-Conover; its default, which permutes further, takes many times as long."""
    import probabilit as pb
    from probabilit.correlation import ImanConover

    def run(draws: int, seed: int) -> Any:
        inputs = [pb.Distribution(*_scipy(*found)[:1], **_scipy(*found)[1]) for found in sotp10.MARGINALS]
        value = sotp10.model(inputs).correlate(*inputs, corr_mat=_normal())
        return value.sample(draws, random_state=seed, correlator=ImanConover(), gc_strategy=[])

    return run


def mcerp() -> Run:
    """Mcerp: Latin hypercube draws in objects with arithmetic, reordered by Iman-Conover."""
    import mcerp as mc

    def run(draws: int, seed: int) -> Any:
        np.random.seed(seed)
        mc.npts = draws
        inputs = []
        for kind, p in sotp10.MARGINALS:
            # its correlate fails on ties: an event is read from a uniform
            name, parameters = ("uniform", {}) if kind == "event" else _scipy(kind, p)
            inputs.append(mc.UncertainVariable(getattr(stats, name)(**parameters)))
        mc.correlate(inputs, _normal())
        for points, found in zip(_events(np.stack([x._mcpts for x in inputs])), inputs, strict=True):
            found._mcpts = points
        return sotp10.model(inputs)._mcpts

    return run


def monaco() -> Run:
    """Monaco: a case a draw, each a Python call; it correlates nothing."""
    import monaco as mc

    def run(draws: int, seed: int) -> Any:
        def values(case: Any) -> tuple[Any]:
            return (np.array([[case.invals[name].val] for name in sotp10.NAMES], dtype=float),)

        functions = {
            mc.SimFunctions.PREPROCESS: values,
            mc.SimFunctions.RUN: lambda x: (float(sotp10.model(x)[0]),),
            mc.SimFunctions.POSTPROCESS: lambda case, value: case.addOutVal("value", value),
        }
        sampling = mc.SampleMethod.RANDOM
        sim = mc.Sim("sotp10", draws, functions, seed=seed, samplemethod=sampling, verbose=False)
        for name, found in zip(sotp10.NAMES, sotp10.MARGINALS, strict=True):
            kind, parameters = _scipy(*found)
            sim.addInVar(name, dist=getattr(stats, kind), distkwargs=parameters)
        sim.runSim()
        return np.array([value.val for value in sim.outvars["value"]], dtype=float)

    return run


def riskpy() -> Run:
    """RiskPY (open-riskpy): its own quantile functions, Iman-Conover."""
    from riskpy import mc

    def marginal(kind: str, p: tuple[float, ...]) -> Any:
        match kind:
            case "lognormal":
                return mc.LogNormal(float(np.log(p[0])), p[1])
            case "truncated_normal":
                mean, sd, low, high = p
                return mc.Truncated(mc.Normal(mean, sd), low, high)
            case "pert":
                return mc.PERT(*p)
            case "triangular":
                return mc.Triangular(*p)
            case "uniform":
                return mc.Uniform(*p)
        return mc.Bernoulli(*p)

    def run(draws: int, seed: int) -> Any:
        inputs = {name: marginal(*found) for name, found in zip(sotp10.NAMES, sotp10.MARGINALS, strict=True)}
        return mc.simulate(
            lambda **x: sotp10.model(np.stack([x[name] for name in sotp10.NAMES])),
            trials=draws, seed=seed, keep_inputs=False, correlation=sotp10.rank_correlations(), **inputs,
        ).values  # fmt: skip

    return run


def _shape(p: tuple[float, ...]) -> tuple[float, float]:
    """The shape of a PERT as a beta distribution."""
    low, mode, high = p
    return 1 + 4 * (mode - low) / (high - low), 1 + 4 * (high - mode) / (high - low)


def _scipy(kind: str, p: tuple[float, ...]) -> tuple[str, dict[str, float]]:
    """A marginal by its name and parameters in scipy.stats."""
    match kind:
        case "lognormal":
            return "lognorm", {"s": p[1], "scale": p[0]}
        case "truncated_normal":
            mean, sd, low, high = p
            return "truncnorm", {"a": (low - mean) / sd, "b": (high - mean) / sd, "loc": mean, "scale": sd}
        case "pert":
            a, b = _shape(p)
            return "beta", {"a": a, "b": b, "loc": p[0], "scale": p[2] - p[0]}
        case "triangular":
            return "triang", {"c": (p[1] - p[0]) / (p[2] - p[0]), "loc": p[0], "scale": p[2] - p[0]}
        case "uniform":
            return "uniform", {"loc": p[0], "scale": p[1] - p[0]}
    return "bernoulli", {"p": p[0]}


def _normal() -> Any:
    """The correlations of normal scores, which tools that ask for no rank correlations take."""
    factor = sotp10.mixing()
    return factor @ factor.T


def _events(x: Any) -> Any:
    """Events, where their rows hold uniforms; a high uniform is an event, so that correlations keep their sign."""
    for row, (kind, parameters) in enumerate(sotp10.MARGINALS):
        if kind == "event":
            x[row] = x[row] > 1 - parameters[0]
    return x


PEERS: Final = {
    "openturns": Peer("openturns", "normal copula", openturns),
    "riskpy": Peer("open-riskpy", "Iman-Conover", riskpy),
    "squigglepy": Peer("squigglepy", "Iman-Conover", squigglepy),
    "chaospy": Peer("chaospy", "normal copula", chaospy),
    "probabilit": Peer("probabilit", "Iman-Conover", probabilit),
    "mcerp": Peer("mcerp", "Iman-Conover", mcerp),
    "monaco": Peer("monaco", "none", monaco),
}
