"""The commands of ``valuation``. Imports are lazy, so that help is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..version import __version__
from . import check as checking
from . import compare as comparing
from . import explain as explaining
from . import import_ as importing
from . import new as starting
from . import plot as plotting
from . import pull as pulling
from . import run as running
from . import schema as schemas
from . import sensitivity as analysing
from . import solve as solving
from . import verify as proving
from .completion import SHELLS, cases, names, script
from .errors import guarded, print_json
from .group import Purposes
from .options import CasePath, case_argument, json_option, overrides, set_option
from .progress import progress
from .watch import watch_option


@click.group(cls=Purposes, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="valuation")
def main() -> None:
    """Sum-of-the-parts and spin-off valuation from assumption files to a live Excel workbook.

    \b
    CASE is a folder of assumption files, its name in assumptions/, or one YAML file:
      valuation run assumptions/alibaba
      valuation explain assumptions/alibaba cloud.wacc
      valuation pull alibaba.xlsx assumptions/alibaba
    """


@main.command()
@click.argument("case", type=CasePath(), nargs=-1, required=True, shell_complete=cases)
@running.options
@watch_option
@set_option
@json_option
@guarded
def run(case: tuple[str, ...], changes: tuple[str, ...], as_json: bool, watch: bool, **asked: Any) -> None:
    """Value, simulate and write the workbook, of one case or of several by the same workers.

    Ctrl-C ends the draws: what was found so far is reported, marked partial, and the status is 130.

    \b
    valuation run assumptions/alibaba -o book.xlsx --draws 200000 --seed 7
    valuation run assumptions/alibaba --until 0.1%
    valuation run assumptions/*/ -o books --draws 10000000 --workers 8 --pool processes
    valuation run assumptions/alibaba --watch
    """
    if watch:
        running.watched(case, overrides(changes), as_json, asked)
    else:
        running.Runs(case, overrides(changes), as_json, asked).carry_out()


@main.command()
@case_argument
@set_option
@json_option
@guarded
def value(case: str, changes: tuple[str, ...], as_json: bool) -> None:
    """The deterministic base case.

    \b
    valuation value assumptions/alibaba --set drivers.usd_cny=7.2
    """
    from ..study import load

    study = load(case, overrides(changes))
    if as_json:
        print_json(study.as_json())
        return
    from ..terminal import print_value

    print_value(study)


@main.command()
@case_argument
@analysing.options
@set_option
@json_option
@guarded
def sensitivity(case: str, changes: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Which assumptions move the value, by how much, and where they would have to be.

    \b
    valuation sensitivity assumptions/alibaba --only tornado,shapley -o pictures
    valuation sensitivity assumptions/alibaba --goal cloud.wacc --probability 60%
    valuation sensitivity assumptions/alibaba --grid cloud.wacc=8%..10%:5 drivers.usd_cny=6.8..7.2:3
    """
    from ..study import load

    analysing.run(load(case, overrides(changes)), as_json, print_json, **asked)


@main.command()
@case_argument
@solving.options
@set_option
@json_option
@guarded
def solve(case: str, changes: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """What the market price implies for one assumption or one part, everything else at its base.

    \b
    valuation solve assumptions/alibaba --for cloud.wacc
    valuation solve assumptions/alibaba --for cloud --price 200
    """
    solving.run(case, overrides(changes), as_json, **asked)


@main.command()
@case_argument
@watch_option
@json_option
@guarded
def check(case: str, as_json: bool, watch: bool) -> None:
    """Problems of the files and checks of the model; status 1 when one is an error.

    \b
    valuation check assumptions/alibaba --json
    valuation check assumptions/alibaba --watch
    """
    if watch:
        checking.watched(case, as_json)
    else:
        checking.run(case, as_json)


@main.command()
@click.argument("book", type=click.Path())
@click.argument("case", type=CasePath(), required=False, shell_complete=cases)
@proving.options
@set_option
@json_option
@guarded
def verify(book: str, case: str | None, changes: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Push random draws through the book's own formulas and compare them with NumPy.

    With a CASE it also says whether the book still matches it, and which inputs differ; status 1 when it does not.

    \b
    valuation verify alibaba.xlsx --draws 200
    valuation verify alibaba.xlsx assumptions/alibaba
    """
    proving.run(book, case, overrides(changes), as_json, **asked)


@main.command()
@click.argument("case", metavar="CASE|RUN.yaml", type=CasePath(), shell_complete=cases)
@json_option
@guarded
def replay(case: str, as_json: bool) -> None:
    """Make a published run again and compare its figures to the last digit; status 1 when one differs.

    Figures must agree in twelve significant digits: processors differ in the last bits. RUN.yaml, or the
    seeds/<case>/run.yaml of a case, says which case, seed, draws and sampling.

    \b
    valuation replay assumptions/alibaba
    valuation replay seeds/alibaba/run.yaml --json
    """
    from ..published import find_run
    from ..published import replay as made_again

    run = find_run(Path(case))
    with progress(as_json) as show:
        found = made_again(run, show)
    if as_json:
        print_json(found.as_json())
    else:
        click.echo(str(found))
    if not found.reproduced:
        raise click.exceptions.Exit(1)


@main.command()
@click.argument("book", type=click.Path())
@case_argument
@pulling.options
@json_option
@guarded
def pull(book: str, case: str, as_json: bool, **asked: Any) -> None:
    """Bring what was edited in a workbook back into the files of its case; only the edited characters change.

    Status 1 and nothing written when an edit makes no sense, or when book and files were both changed and --take does
    not say which of them counts.

    \b
    valuation pull alibaba.xlsx assumptions/alibaba --dry-run
    valuation pull alibaba.xlsx assumptions/alibaba --take book
    """
    pulling.run(book, case, as_json, **asked)


@main.command()
@click.argument("a", type=click.Path(), metavar="A")
@click.argument("b", type=click.Path(), metavar="B")
@comparing.options
@json_option
@guarded
def compare(a: str, b: str, as_json: bool, **asked: Any) -> None:
    """What moved the value per share from A to B, assumption by assumption, adding up exactly.

    A and B are cases, workbooks with the numbers that stand in them now, or PATH@REVISION of a git repository.

    \b
    valuation compare assumptions/alibaba@HEAD~1 assumptions/alibaba
    valuation compare assumptions/alibaba alibaba.xlsx -o walk.xlsx
    """
    comparing.run(a, b, as_json, **asked)


@main.command()
@click.argument("name")
@starting.options
@guarded
def new(name: str, **asked: Any) -> None:
    """A case to start from: commented files that run at once, each number marked as a placeholder.

    On a terminal it asks for what the options do not say. NAME is the folder of the case, and its id.

    \b
    valuation new acme
    valuation new acme --currency CNY --quote USD/ADS --part Cloud=dcf+multiple --part Pay=stake:33% --yes
    valuation new acme --part Retail=dcf --part Chips=multiple --transaction chips=carve_out --yes
    """
    starting.run(name, **asked)


@main.command()
@click.argument("case", type=CasePath(), required=False, shell_complete=cases)
@schemas.options
@guarded
def schema(case: str | None, kind: str, folder: str | None) -> None:
    """JSON Schema of assumption files, for editors: names are completed, help is shown, mistakes are underlined.

    With a CASE its names are offered too: parts, assumptions, facts, columns of peers.

    \b
    valuation schema > valuation.json
    valuation schema --kind segment
    valuation schema assumptions/alibaba -o assumptions/alibaba/.schema
    """
    schemas.run(case, kind, folder)


@main.command()
@case_argument
@plotting.options
@set_option
@json_option
@guarded
def plot(case: str, changes: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Pictures of a case: football field, waterfall, distribution, tornado, correlations, before and after.

    Needs the extra notebook: pip install 'valuation[notebook]'. The same seed draws the same bytes.

    \b
    valuation plot assumptions/alibaba -o pictures
    valuation plot assumptions/alibaba --only football_field,waterfall --format svg
    valuation plot assumptions/alibaba --line cloud.revenue_forecast --draws 20000
    """
    from ..study import load

    result = plotting.run(load(case, overrides(changes)), as_json, **asked)
    if result is not None:
        print_json(result)


@main.command()
@case_argument
@click.argument("name", shell_complete=names)
@explaining.options
@set_option
@json_option
@guarded
def explain(case: str, name: str, changes: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """What one name is, where it comes from, who uses it, and how much of the value hangs on it.

    NAME is an assumption, one of its numbers, a line, a part, a transaction, a bridge item or a column of peers.

    \b
    valuation explain assumptions/alibaba cloud.wacc
    valuation explain assumptions/alibaba cloud.enterprise_value --draws 20000
    valuation explain assumptions/alibaba peers.ai_chips.ev_sales --json
    """
    explaining.run(case, name, overrides(changes), as_json, **asked)


@main.command()
@click.argument("shell", type=click.Choice(SHELLS))
@guarded
def completion(shell: str) -> None:
    """The script by which a shell completes commands, options, cases and dotted names.

    \b
    eval "$(valuation completion bash)"
    valuation completion fish > ~/.config/fish/completions/valuation.fish
    """
    click.echo(script(main, shell))


@main.command("import")
@case_argument
@click.argument("name", metavar="peers.ID|financials.ID")
@click.argument("file", type=click.Path())
@importing.options
@json_option
@guarded
def import_(case: str, name: str, file: str, as_json: bool, **asked: Any) -> None:
    """Bring peers or financials from CSV or Excel into the files of a case; dates, currencies and units are checked.

    All that is wrong is told at once, each with its cell, and then nothing is written. Rows are matched by name; what
    only the table of the case has, such as reasons for leaving a peer out, stays.

    \b
    valuation import assumptions/alibaba peers.chips comps.xlsx --range 'Comps!B4:N20' --dry-run
    valuation import assumptions/alibaba peers.chips comps.csv --currency USD --fx 'HKD=0.128 USD'
    valuation import assumptions/alibaba financials.reported report.csv --unit 'CNY m' --source judgement --why Read
    """
    importing.run(case, name, file, as_json, **asked)
