"""Write the published run of each shipped case into seeds/<case>/run.yaml; see `make docs`."""

import hashlib
from pathlib import Path

import numpy
import scipy

import valuation

ROOT = Path(__file__).parent.parent
DRAWS, SEED = 100_000, 20260202


def _run(case: str) -> str:
    study = valuation.load(ROOT / "assumptions" / case)
    simulation = study.simulate(DRAWS, SEED)
    figures = {
        "case": f"assumptions/{case}",
        "version": valuation.__version__,
        "draws": DRAWS,
        "drawn": simulation.draws,
        "sampling": simulation.kind,
        "seed": SEED,
        "base": study.value().per_share,
        "mean": simulation.mean,
        **{f"p{100 * q:g}": simulation.quantile(q) for q in (0.05, 0.5, 0.95)},
        "probability_above_price": simulation.probability_above(simulation.price or 0.0),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
    }
    lines = [f"# The published run of assumptions/{case}; tests/test_study.py makes it again and compares."]
    lines += [f"{name}: {value}" for name, value in figures.items()]
    lines += ["# of the bytes of the draws, on the machine that made them: processors differ in the last bit"]
    lines += [f"digest: {hashlib.sha256(simulation.per_share.tobytes()).hexdigest()}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for folder in sorted((ROOT / "assumptions").iterdir()):
        if folder.is_dir():
            (ROOT / "seeds" / folder.name / "run.yaml").write_text(_run(folder.name), encoding="utf-8")
