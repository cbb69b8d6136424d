"""Measure the time and the memory of `verify` and `verify --repair` as events grow.

The season (`benchmarks/verified_season.py`) is one event in which every player has ten submissions: five in a closed
week and five in the open one. It has 2,000 or 10,000 players, with `--full` also 100,000, and so a million submissions.
For a repair, the rating of every tenth player is wrong; it compares, writes, and compares again.

The reference is the same work with a fifth or a tenth of the players, measured alternately, each in a separate process.
The figure is how far the larger one exceeds proportional growth. The memory is the peak resident size (RSS) of the
process, less that before; its figure is the increase per additional player, whatever the submissions and the weeks.
It is measured from `FULL_CHUNKS` players on: with fewer, the chunks of rows that are read at a time are not full, and
filling them would count as growth.
"""

from collections.abc import Callable, Iterator
from functools import partial

from sqlalchemy import URL

from benchmarks.measuring import in_turn, median, ratio
from benchmarks.places import Place
from benchmarks.report import Goal, Line, show
from benchmarks.verified_season import SUBMISSIONS, damaged_season_of, season_of
from benchmarks.verifier import verify_in_a_process
from tests.databases import KINDS

GOAL = 14
SIZES = ((2_000, 10_000), (10_000, 100_000))
"""Each size beside a smaller one."""
ROUNDS = {10_000: 5, 100_000: 3}
SEASONS: dict[str, Callable[[int], Callable[[URL], None]]] = {"verify": season_of, "repair": damaged_season_of}
GROWTH = Goal("≤", 1.3)
MOST_MEMORY = Goal("≤", 1.5, "kB a player")
FULL_CHUNKS = 10_000
KILOBYTE = 1_000


def measure(place: Place) -> list[Line]:
    """Measure both on both databases."""
    sizes = SIZES if place.full else SIZES[:1]
    return [line for kind in KINDS for what in SEASONS for pair in sizes for line in _compare(place, kind, what, *pair)]


def _compare(place: Place, kind: str, what: str, small: int, large: int) -> Iterator[Line]:
    def measured(players: int) -> tuple[float, float]:
        with place.templates.prepared(kind, SEASONS[what](players)) as url:
            return verify_in_a_process(url, what)

    seen = in_turn(ROUNDS[large], {"small": partial(measured, small), "large": partial(measured, large)})
    took = {side: [seconds for seconds, _ in rounds] for side, rounds in seen.items()}
    name = f"{what}, {large:,} players, {large * SUBMISSIONS:,} submissions, {kind}"
    growth = ratio(took["large"], took["small"]) * small / large
    alone = f"{show(median(took['small']))} s ({small:,} players)"
    yield Line(GOAL, name, f"{show(median(took['large']))} s", alone, growth, GROWTH)
    if small < FULL_CHUNKS:
        return
    least, most = (max(grown for _, grown in seen[side]) for side in ("small", "large"))
    a_player = (most - least) / (large - small) / KILOBYTE
    yield Line(GOAL, f"memory of {name}", _megabytes(most), _megabytes(least), a_player, MOST_MEMORY)


def _megabytes(grown: float) -> str:
    return f"{show(grown / KILOBYTE**2)} MB more"
