"""`python -m benchmarks [--full] [--only MODULE …]`: measure, print the table, and write it down."""

import argparse
import importlib
from pathlib import Path

from benchmarks.machine import describe_machine
from benchmarks.places import open_place
from benchmarks.report import Line, table

RESULTS = Path(__file__).with_name("RESULTS.md")
MODULES = (
    "submissions",
    "recalculation",
    "weekly_run",
    "boards",
    "wire",
    "process",
    "busy",
    "accuracy",
)
"""Each has `measure(place) -> list[Line]`, and tells in its docstring what its references do."""


def main() -> None:
    """Run what was asked for; only a run of everything is written down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the large sizes too")
    parser.add_argument("--only", nargs="+", choices=MODULES, default=MODULES, metavar="MODULE")
    arguments = parser.parse_args()
    lines: list[Line] = []
    with open_place(full=arguments.full) as place:
        machine = describe_machine()
        for name in arguments.only:
            print(f"measuring {name} …", flush=True)
            found = importlib.import_module(f"benchmarks.{name}").measure(place)
            print(table(found), flush=True)
            lines += found
    if arguments.only == MODULES:
        print(table(lines))
        RESULTS.write_text(f"# Results\n\n{machine}\n\n{table(lines)}\n")


if __name__ == "__main__":
    main()
