"""Draw the pictures of the documentation into docs/images; see `make docs`."""

from functools import partial
from pathlib import Path

import valuation
from valuation import plots
from valuation.plots.look import Draw

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
DRAWS, SEED = 100_000, 20260202
CASE, LISTING, LINE = "alibaba", "t_head_listing", "cloud.revenue_forecast"


def drawn() -> dict[str, Draw]:
    """The pictures by the names of their files."""
    case = valuation.load(ROOT / "assumptions" / CASE)
    base, simulation = case.value(), case.simulate(draws=DRAWS, seed=SEED)
    return {
        "football_field": partial(plots.football_field, base, simulation, case.scenarios()),
        "waterfall": partial(plots.waterfall, base),
        "histogram": partial(plots.histogram, simulation, base=base.per_share),
        "tornado": partial(plots.tornado, case.tornado()),
        "fan": partial(plots.fan, case.fan(LINE, seed=SEED)),
        "before_and_after": partial(plots.before_and_after, base, LISTING),
    }


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    for name, draw in drawn().items():
        plots.save(draw, IMAGES / f"{name}.png")
