"""The reference of assumption files, generated from signatures and docstrings: ``python -m valuation.reference``."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from . import peers
from .calculation import Calculation, Parameter
from .checks.standards import standards
from .dilution import SHARE_COUNT
from .distributions import REGISTRY
from .expressions import FUNCTIONS, HELP
from .kinds import Choice, Kind, PeerColumn, Table
from .labels import labels
from .methods import METHODS
from .reading import financials
from .schedules import SCHEDULES
from .transactions import ROUTES

INTRODUCTION = """\
# Assumption files

This page is generated (`make docs`); change docstrings, not the page. To begin a case: `valuation new NAME`. The first line of each
file names its JSON Schema in `.schema/`, so that an editor with YAML support (in VS Code the extension YAML of Red Hat) completes names,
shows help and underlines mistakes; `valuation schema CASE -o FOLDER` writes schemas that offer the names of a case too.

{contents}

A case is a folder with a file `case.yaml`, or one YAML file. In a folder, each of `drivers`, `shares`, `holding`,
`bridge`, `market`, `reconciliation`, `correlations`, `scenarios` and `checks` may stand in a file of its own name (`drivers.yaml`), each
segment in `segments/<id>.yaml`, each schedule in `schedules/<id>.yaml`, each transaction in `transactions/<id>.yaml` and
each table of peers in `peers/<id>.csv`.

| key | what it holds |
|---|---|
| `name`, `currency`, `date` | the company, the currency of its money (`CNY`), the valuation date (`2026-02-02`) |
| `base_year`, `years` | the fiscal year before the first forecast year, and how many years are forecast |
| `evidence` | the file of facts that sources cite, looked up from the case's folder upwards |
| `drivers` | quantities shared by segments, named `drivers.risk_free` in formulas |
| `segments` | the parts; in a folder's `case.yaml` a list of ids gives their order |
| `schedules` | supporting figures such as a cost of capital; formulas read their lines: `= cloud_wacc.wacc` |
| `transactions` | what may happen to a part: its `route`, the `part`, a probability and terms |
| `bridge` | signed amounts added to the parts: cash, debt (negative), corporate cost (negative) |
| `shares` | `diluted`, or `basic` with `grants` and `converts` (see Shares below); optional `ads_ratio`, `fx` (case currency per quoted currency), `price`, `second_price` (another quote in the unit of `price`, shown against it) and `second_fx` (`CNY/HKD`: case currency for one of another, in which an ordinary share is shown too) |
| `holding` | `discount`, and `applies_to`: `nothing`, `stakes` (unless said: parts valued by `stake`, and those with `discounted: yes`), `net asset value`, or a list of parts and `bridge.` items |
| `market` | what is said of the share, beside the price: `low_52_weeks` and `high_52_weeks`, and `targets` by name; each in the unit of the quote, for the football field alone: the value reads none of it |
| `reconciliation` | named tables of `items` that must sum to a reported `total` |
| `correlations` | a list of `{between: [a, b], rank: 0.5, why: ...}` (Spearman), or the name of a CSV matrix; `keep: yes` or `weight: 5` where a repair should leave a pair alone, for a CSV `{matrix: m.csv, weights: w.csv}` |
| `scenarios` | named overlays: `probability`, `set: {dotted.name: value}`, `why`; probabilities sum to 100% |
| `checks` | changes of checks, each with `why`: `terminal_share: {threshold: 95%, severity: info, why: ...}`, or `off: yes` |

A segment has `name`, `method`, `owned` (100% unless said), `net_debt` (for methods that value the enterprise), `note`,
`discounted: yes` when a holding discount on stakes applies to it (of itself for the method `stake`; `no` takes it out), `memo: yes` when it is valued and shown but not summed,
the parameters of its method, and any helper that one of its formulas reads. Several methods on one segment stand under
`methods`, each with a `weight`; they are weighted in the space of values, and each is shown:

```yaml
cloud:
  net_debt: -2000 CNY m
  methods:
    dcf: {weight: 60%, revenue: 118028 CNY m, ...}
    peers: {method: multiple, weight: 40%, metric: = dcf.revenue, ...}
```

Their assumptions are named `cloud.dcf.revenue`; a name is looked up in its own working first, then in those around it.

## Values

A value is written alone, or as a mapping of `value`, `unit`, `source`, `why`, `base`, `note`, and for the log `as_of`, `owner`
and `changed`.

| written | means |
|---|---|
| `118028 CNY m`, `12%`, `1.2` | a number; money and shares need a unit, rates a percent sign |
| `[10%, 12%, ~ pert(8%, 9%, 12%)]` | one item a forecast year |
| `fade(31% to 5% over 10 years)` | 31% in year 1, then linear, 5% from year 10 on |
| `fade(12% for 5 years to 4% over 5 years)` | 12% through year 5, then linear, 4% from year 10 on |
| `fade(31% to 5% with half-life 3 years)` | 31% in year 1, then half of the way to 5% every 3 years |
| `= drivers.risk_free + beta * drivers.erp` | a formula over other names, drivers, and lines of other segments |
| `~ pert(45%, 60%, 85%)` | a distribution; its base is the mode, else the median; `base:` overrides; in a fade or a list `~ pert(8%, 9%, 12%) base 10%` |
| `~ event(70%)` | 1 or 0; used as `= if(drivers.approval, growth_with, growth_without)` |

`source` is the id of a fact or the word `judgement`, which needs `why`. Pieces of a fade or a list are inputs of their
own: `cloud.growth.from`, `cloud.growth.to`, `cloud.growth.over`, `cloud.growth.2027`; scenarios and `--set` may name them.

Units: `CNY m`, `USD bn`, `USD/ADS`, `m shares`, `shares/ADS`, `CNY/USD`, `k chips`, `CNY k/chip`, `%`, `x`, `years`.
Named rows are a table by name: `outcomes: {bull: {probability: 30%, value: 900 CNY m}, bear: {probability: 70%, value: 200 CNY m}}`;
their assumptions are named `a.outcomes.bull.value`. A yearly list or a distribution with a unit takes the long form: `{value: "~ pert(80, 100, 130)", unit: USD m}`. Formulas name
amounts and hold no units: `= price * shares`, not `= 5 USD/share * 10 m shares`; percentages may stand in them.
Amounts written in bn or tn are kept in m (`2.87 JPY tn` is 2,870,000 JPY m). Adding needs equal units; `k chips * CNY k/chip` is `CNY m`; `USD m * CNY/USD` is `CNY m`.
"""

DISTRIBUTIONS = """\
Arguments carry the unit of the quantity; shapes, weights and probabilities are plain numbers. Where a table below has a
way by percentiles, any may be named, `p2.5` too, as many as it shows; `metalog` takes 3 to 10. Every continuous
distribution takes `min=` and `max=`, which rule out what lies beyond them: `~ lognormal(10, 0.4, min=4, max=25)`;
parameters and percentiles describe it before it is cut. A mixture has other distributions as its parts:
`~ mixture(normal(5%, 1%, min=0%) at 70%, lognormal(9%, 0.2) at 30%)`.

`~ empirical(history/margins.csv, margin)` reads a column of a CSV file, whose name is told from the folder of the case;
blanks are left out. Shares that sum to one stand among the drivers or the helpers of a segment:
`mix: ~ dirichlet(cloud=5, chips=3, other=2)` makes `mix.cloud`, `mix.chips` and `mix.other`, with means 50%, 30% and
20% that are the surer the larger the numbers. Each is a formula over inputs `mix.cloud.gamma`, which scenarios may set.
"""

LINES = "Formulas of others read its lines as `<segment>.<line>`; which of them there are depends on the choices (`*`: any words)."


def reference() -> str:
    """Return the whole page."""
    return (
        "\n".join(
            [
                INTRODUCTION.replace("{contents}", "\n".join(_contents())),
                *_functions(),
                *_peers(),
                *_financials(),
                *_distributions(),
                *_calculations(),
                *_checks(),
            ]
        )
        + "\n"
    )


def _contents() -> Iterator[str]:
    """Links to what the page holds, each calculation with its first sentence."""
    yield "[Values](#values), [functions of formulas](#functions-of-formulas), [peers](#peers), [distributions](#distributions),"
    yield "[methods](#methods), [schedules](#schedules), [routes](#routes), [shares](#shares), [checks](#checks).\n"
    yield "| | what it is for |\n|---|---|"
    for sort, register in (("method", METHODS), ("schedule", SCHEDULES), ("route", ROUTES)):
        for name, found in sorted(register.items()):
            yield f"| {sort} [{name}](#{name}) | {found.summary} |"


def _functions() -> Iterator[str]:
    yield "## Functions of formulas\n"
    names = ", ".join(f"`{name}`" for name in FUNCTIONS)
    yield f"`+ - * / **`, comparisons, `and`, `or`, `not`, and {names}. `period` is the number of the forecast year."
    yield "`total`, `first`, `final`, `previous` and `following` take the name of a yearly row; `grow(base, growth)` stands alone"
    yield "and takes a yearly row of growth: one rate for all years is `base * (1 + growth) ** period`.\n"
    yield "| written | means |\n|---|---|"
    yield from (f"| `{written}` | {meaning} |" for written, meaning in HELP.items())
    yield ""


def _peers() -> Iterator[str]:
    yield "## Peers\n"
    yield "A table is a CSV with commas: a row of column names, then a peer a row. Numbers may be written `1,200` and `12%`; what is"
    yield "not known stays blank. A peer with a reason in the column `exclude` is left out. Columns follow from others by their names:\n"
    _, _, rules = (inspect.getdoc(peers) or "").partition("\n\n")
    yield f"```text\n{inspect.cleandoc(rules.partition(chr(10) * 2)[0])}\n```\n"
    yield (
        "Claims and assets beside the market value: "
        + ", ".join(f"`{name}`" for name in (*peers.CLAIMS, *peers.OUTSIDE))
        + "."
    )
    yield "Dates are `year_end`, `window_end`, and `price_date` and `move_30d` (a move of the price in 30 days) for the checks.\n"


def _financials() -> Iterator[str]:
    yield "## Financials\n"
    first, _, rules = (inspect.getdoc(financials) or "").partition("\n\n")
    example, _, rest = rules.partition("\n\n")
    yield f"{first} They stand in `financials/<id>.csv`.\n\n```csv\n{inspect.cleandoc(example)}\n```\n\n{rest}\n"


def _distributions() -> Iterator[str]:
    yield "## Distributions\n"
    yield DISTRIBUTIONS
    yield "| written | by percentiles | what it is |\n|---|---|---|"
    for _, found in sorted(REGISTRY.items()):
        summary = (inspect.getdoc(found) or "").partition("\n")[0]
        told = found.by_percentiles()
        yield f"| `{found.signature()}` | {f'`{told}`' if told else ''} | {summary} |"
    yield ""


def _calculations() -> Iterator[str]:
    for heading, introduction, register in (
        ("Methods", f"`method:` of a segment. {LINES}", METHODS),
        (
            "Schedules",
            "`schedule:` of a file in `schedules/`; its lines are read as `<id>.<line>`. No formula reads transactions.",
            SCHEDULES,
        ),
        ("Routes", "`route:` of a file in `transactions/`, with the `part` that it moves.", ROUTES),
    ):
        yield f"## {heading}\n\n{introduction}\n"
        for _, found in sorted(register.items()):  # a register's own order hangs on what was imported first
            yield from _calculation(found)
            if register is not ROUTES:  # transactions come after everything, so nothing reads their lines
                yield f"Lines: {', '.join(f'`{label}`' for label in labels(found.function))}.\n"
    yield "## Shares\n\nKeys of `shares` where `basic` stands instead of `diluted`.\n"
    yield from _calculation(SHARE_COUNT)


def _checks() -> Iterator[str]:
    yield "## Checks\n"
    yield "`valuation check` prints those that fire; a case changes severity and thresholds under `checks`, by these ids.\n"
    yield "| rule | check | severity | thresholds | what it looks for |\n|---|---|---|---|---|"
    for found in sorted(standards().values(), key=lambda standard: standard.number):
        thresholds = ", ".join(f"`{name}: {value}`" for name, value in found.thresholds.items())
        yield f"| {found.number} | `{found.id}` | {found.severity} | {thresholds} | {found.says} |"
    yield ""


def _calculation(found: Calculation) -> Iterator[str]:
    yield f"### {found.name}\n"
    doc = inspect.getdoc(found.function) or ""
    yield doc.partition("\n\nArgs:")[0] + "\n"
    yield "| parameter | kind | default | meaning |\n|---|---|---|---|"
    for parameter in found.parameters.values():
        default = "required" if parameter.required else _default(parameter)
        meaning = f"{parameter.label}{'; ' if parameter.help else ''}{parameter.help}"
        yield f"| `{parameter.name}` | {_kind(parameter)} | {default} | {meaning} |"
    yield ""
    if found.example:
        yield f"```yaml\n{found.example}\n```\n"


def _default(parameter: Parameter) -> str:
    return "none" if parameter.default is None else f"{parameter.default}"


def _kind(parameter: Parameter) -> str:
    match parameter.kind:
        case Choice(words=words):
            return " or ".join(f"`{word}`" for word in words)
        case Table(fields=fields, defaults=defaults):
            return f"named rows of {', '.join(f'{name}?' if name in defaults else name for name in fields)}"
        case PeerColumn():
            return "column of peers"
        case Kind() as kind:
            return f"{kind.noun}, yearly" if kind.yearly else kind.noun


if __name__ == "__main__":
    print(reference(), end="")
