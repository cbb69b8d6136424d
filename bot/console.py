"""Say on the console what a command would change, ask for --yes, and show how far it is."""

import argparse
import sys
from collections.abc import Iterable

from bot.ui.text import count_of

MOST_UNASKED = 100
"""A command changes so many rows without --yes."""


def add_options(command: argparse.ArgumentParser) -> None:
    """Give a command that writes the options `--dry-run` and `--yes`."""
    command.add_argument("--dry-run", action="store_true", help="only say what would change")
    command.add_argument("--yes", action="store_true", help=f"also change more than {MOST_UNASKED} rows")


def may_change(options: argparse.Namespace, lines: Iterable[object], count: int, unit: str = "row") -> bool:
    """Say what a command is about to change, and tell whether it may.

    Args:
        options: those of `add_options`.
        lines: what would change, in the operator's words.
        count: how many rows that are.
        unit: one of what is counted, if not rows.
    """
    would_change = f"would change {count_of(count, unit)}"
    for line in lines:
        print(line)
    if options.dry_run:
        print(f"Dry run: nothing is changed. It {would_change}.")
        return False
    if count > MOST_UNASKED and not options.yes:
        print(f"Nothing is changed: it {would_change}, more than {MOST_UNASKED}. If you mean it, add --yes.")
        return False
    return True


class ProgressBar:
    """Shows on a terminal how far a command is."""

    def __init__(self, unit: str) -> None:
        # Most runs have no terminal, and the library takes a while to import.
        from tqdm import tqdm

        self._bar = tqdm(unit=unit, unit_scale=True, leave=False, file=sys.stderr)

    def begin(self, total: int) -> None:
        """Begin anew, with so much to do."""
        self._bar.reset(total)

    def advance(self, done: int) -> None:
        """Show that so much more is done."""
        self._bar.update(done)

    def close(self) -> None:
        """Leave the terminal to others."""
        self._bar.close()
