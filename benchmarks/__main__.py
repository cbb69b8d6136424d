"""`python -m benchmarks [--full] [--only MODULE …]`: measure, and print a table for each module.

`--full` also measures the large sizes, and writes the table of each module to `benchmarks/results/`.

For a quick look at the wire, `--users`, `--databases` and `--rounds` restrict its measurements. `--only wire --beside
PATH` compares this checkout with another one instead.
"""

import argparse
import importlib
from functools import partial
from pathlib import Path

from benchmarks.beside import compare
from benchmarks.checkouts import Checkout
from benchmarks.machine import describe_machine
from benchmarks.places import open_place
from benchmarks.report import in_order, table
from benchmarks.wire_turns import Extent
from tests.databases import KINDS

RESULTS = Path(__file__).with_name("results")
WIRE = "wire"
MODULES = (
    WIRE,
    "submissions",
    "recalculation",
    "weekly_run",
    "boards",
    "answers",
    "mondays",
    "pictures",
    "announcements",
    "uneven",
    "verification",
    "rehearsals",
    "process",
    "busy",
    "accuracy",
)
"""Each module has `measure(place) -> list[Line]`, and its docstring describes its references.

The wire comes first, because that is where users feel the speed. Its `measure` also takes the extent.
"""
FULL_SECONDS = 1.0


def main() -> None:
    """Run the requested benchmarks."""
    parser = _parser()
    arguments = parser.parse_args()
    extent = _extent(arguments)
    if arguments.beside is None:
        _measure(arguments.only, extent, full=arguments.full)
        return
    if list(arguments.only) != [WIRE]:
        parser.error("--beside compares the wire: add --only wire")
    other = Checkout(arguments.beside.resolve())
    try:
        other.check()
    except FileNotFoundError as error:
        parser.error(f"--beside: {error}")
    with open_place(full=arguments.full) as place:
        compare(place, extent, other)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the large sizes too, and write the tables down")
    parser.add_argument("--only", nargs="+", choices=MODULES, default=MODULES, metavar="MODULE")
    usual, wire = Extent(), parser.add_argument_group("the wire")
    wire.add_argument("--users", nargs="+", type=_positive, default=usual.users, metavar="N", help="at once")
    wire.add_argument("--databases", nargs="+", choices=KINDS, default=usual.databases, metavar="KIND")
    wire.add_argument("--rounds", type=_positive, default=usual.rounds, metavar="N", help="turns of each side")
    wire.add_argument("--beside", type=Path, metavar="PATH", help="another checkout, to be compared with this one")
    return parser


def _positive(typed: str) -> int:
    number = int(typed)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is none: at least 1")
    return number


def _extent(arguments: argparse.Namespace) -> Extent:
    seconds = FULL_SECONDS if arguments.full else Extent().seconds
    return Extent(tuple(arguments.users), tuple(arguments.databases), arguments.rounds, seconds)


def _measure(modules: tuple[str, ...], extent: Extent, *, full: bool) -> None:
    is_whole = extent == Extent(seconds=extent.seconds)
    with open_place(full=full) as place:
        for name in modules:
            print(f"measuring {name} …", flush=True)
            module = importlib.import_module(f"benchmarks.{name}")
            measure = partial(module.measure, extent=extent) if name == WIRE else module.measure
            found = table(in_order(measure(place)))
            print(found, flush=True)
            if full and (is_whole or name != WIRE):
                text = f"# {name}\n\n{module.__doc__}\n{describe_machine()}\n\n{found}\n"
                RESULTS.joinpath(f"{name}.md").write_text(text)


if __name__ == "__main__":
    main()
