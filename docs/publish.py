"""Write the published run of each shipped case into seeds/<case>/run.yaml; see `make docs`."""

from pathlib import Path

from valuation.atomic import write_text
from valuation.published import run_text

ROOT = Path(__file__).parent.parent
DRAWS, SEED = 100_000, 20260202

if __name__ == "__main__":
    for folder in sorted((ROOT / "assumptions").iterdir()):
        if folder.is_dir():
            text = run_text(f"assumptions/{folder.name}", DRAWS, SEED, ROOT)
            write_text(ROOT / "seeds" / folder.name / "run.yaml", text)
