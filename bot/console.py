"""Say what a command would change, ask for --yes, and show progress."""

import argparse
import sys
from collections.abc import Iterable

from bot.ui.text import count_of

MOST_UNASKED = 100
"""The most rows that a command changes without `--yes`."""


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options `--dry-run` and `--yes` to a command that writes."""
    command.add_argument("--dry-run", action="store_true", help="only say what would change")
    command.add_argument("--yes", action="store_true", help=f"also change more than {MOST_UNASKED} rows")


def may_change(options: argparse.Namespace, lines: Iterable[object], count: int, unit: str = "row") -> bool:
    """Say what a command is about to change, and tell whether it may go on.

    Args:
        options: the options from `add_options`.
        lines: the changes, in words for the operator.
        count: how many rows would change.
        unit: the unit of `count`, if not rows.
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
    """Shows the progress of a command on a terminal."""

    def __init__(self, unit: str) -> None:
        # Most runs have no terminal, and tqdm is slow to import.
        from tqdm import tqdm

        self._bar = tqdm(unit=unit, unit_scale=True, leave=False, file=sys.stderr)

    def begin(self, total: int) -> None:
        """Start over with a new total."""
        self._bar.reset(total)

    def advance(self, done: int) -> None:
        """Show further progress."""
        self._bar.update(done)

    def close(self) -> None:
        """Clear the bar from the terminal."""
        self._bar.close()
