"""`make ratings`: draw the pictures of `docs/ratings.md`, and rewrite its table.

The table shows the rank correlation of event Elos with skill, for each method with each attendance, in the events of
`benchmarks/simulated_events.py`. Every event is played several times with different players, and replayed by the bot's
own rules; the table shows the means.
"""

import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from statistics import fmean

from benchmarks.pictures_of_rules import pictures
from benchmarks.simulated_events import SIMULATIONS, SimulatedEvent, Simulation, rank_correlation
from bot.domain.methods import Rating
from bot.domain.ratings import RatingScale
from bot.domain.replays import Replays
from bot.domain.rules import Attendance, Method, Rules

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURES = DOCS / "ratings.md", DOCS / "ratings"
TABLE = re.compile(r"(?<=<!-- table -->\n).*?(?=<!-- end -->)", re.DOTALL)
SCALE = RatingScale()
TIMES = 8
"""How many plays of each event the means cover."""
COMBINATIONS = [Rules(method=method, attendance=attendance) for method, attendance in product(Method, Attendance)]


def main() -> None:
    """Write the pictures and the table."""
    PICTURES.mkdir(exist_ok=True)
    for name, picture in pictures().items():
        (PICTURES / f"{name}.svg").write_text(picture)
    PAGE.write_text(TABLE.sub(table(), PAGE.read_text()))


def table() -> str:
    """Return the table, in markdown."""
    events = {simulation: [simulation.play(seed) for seed in range(TIMES)] for simulation in SIMULATIONS}
    heads = ["method", "attendance", *map(_head, SIMULATIONS)]
    rows = [[rules.method, rules.attendance, *_cells(rules, events)] for rules in COMBINATIONS]
    lines = (heads, ["---", "---", *["---:"] * len(SIMULATIONS)], *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def correlation(event: SimulatedEvent, rules: Rules) -> float:
    """Return the rank correlation of the final event Elos with the skill of all players who ever took part."""
    rating = Rating(event.simulation.direction, rules, SCALE)
    replays = Replays([rating], len(event.weeks), now=rating)
    bests: dict[int, float] = {}
    for scores in event.weeks:
        replays.close_week(scores, frozenset(), SCALE)
        for player, score in scores.items():
            if player not in bests or event.simulation.direction.is_better(score, bests[player]):
                bests[player] = score
    [replay] = replays.each
    ratings = replay.rank(bests, is_overall=True)
    elos = {player: rating.elo for player, rating in ratings.items()}
    return rank_correlation(elos, {player: event.skills[player] for player in elos})


def _cells(rules: Rules, events: dict[Simulation, list[SimulatedEvent]]) -> Iterator[str]:
    for played in events.values():
        yield f"{fmean(correlation(event, rules) for event in played):.2f}"


def _head(simulation: Simulation) -> str:
    return (
        f"{simulation.name}: {simulation.players} players, {simulation.weeks} weeks, there {simulation.attendance:.0%}"
    )


if __name__ == "__main__":
    main()
