"""Write the published run of each shipped case into seeds/<case>/run.yaml; see `make docs`."""

from pathlib import Path

from valuation.atomic import write_text
from valuation.published import run_text

ROOT = Path(__file__).parent.parent
DRAWS, SEED = 100_000, 20260202

if __name__ == "__main__":
    for case in sorted((ROOT / "assumptions").glob("*/case.yaml")):
        name = case.parent.name
        write_text(ROOT / "seeds" / name / "run.yaml", run_text(f"assumptions/{name}", DRAWS, SEED, ROOT))
