"""Draw the pictures of `docs/ratings.md`: the effect of each method on a field, and of each attendance on some weeks.

The bot's own rules compute the Elos.
"""

from collections.abc import Iterator, Sequence
from html import escape

from bot.domain.methods import Rating
from bot.domain.ratings import RatingScale
from bot.domain.rules import WEEKS_ADDED, Attendance, CountedWeek, Method, Rules
from bot.domain.scores import ScoreDirection

WIDTH = 640
MARGIN = 24
HONEST = (6_000, 8_500, 10_000, 11_000, 12_000, 12_500, 13_500, 15_000, 16_500, 18_900)
"""The scores of the field in the pictures; higher scores are better."""
ABSURD = 1_000_000
WEEKS = (1_180, None, 1_240, 1_050, None, 1_310, 1_150, None)
"""The weekly Elos of the player in the pictures; None is a missed week."""
SCALE = RatingScale()
ZERO, PLAYED = Rules(), Rules(attendance=Attendance.PLAYED)
BEST_OF, LAST_WEEKS = 3, 6
NOTES = {
    Attendance.ZERO: "All eight weeks, a missed one as 0: average",
    Attendance.BEST: f"The best {BEST_OF} of the last {LAST_WEEKS} weeks: average",
    Attendance.PLAYED: "The five weeks played, and two average ones: average",
}
LEAST_ELO, GREATEST_ELO = 400, 1_850
TALLEST_ELO = 1_400

STYLE = """
<style>
text { font: 15px system-ui, sans-serif; fill: #1f2328 }
.small { font-size: 13px; fill: #59636e }
.axis { stroke: #9198a1; stroke-width: 1 }
.honest { fill: #2f6fde; fill-opacity: .8 }
.absurd { fill: #c8372d }
.counted { fill: #2f6fde }
.ignored { fill: #2f6fde; fill-opacity: .2 }
.missed { fill: none; stroke: #c8372d; stroke-width: 2; stroke-dasharray: 4 3 }
.added { fill: #9198a1 }
.average { stroke: #1f2328; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
 text { fill: #e6edf3 } .small { fill: #9198a1 } .average { stroke: #e6edf3 }
 .honest, .counted, .ignored { fill: #6ea8ff } .absurd { fill: #ff7b72 } .missed { stroke: #ff7b72 }
}
</style>
"""


def pictures() -> dict[str, str]:
    """Return the pictures as SVG, by the method or the attendance that they explain."""
    methods = {str(method): picture_of_method(Rules(method=method)) for method in Method}
    best = Rules(attendance=Attendance.BEST, best_of=BEST_OF, last_weeks=LAST_WEEKS)
    return methods | {str(rules.attendance): picture_of_attendance(rules) for rules in (ZERO, best, PLAYED)}


def picture_of_method(rules: Rules) -> str:
    """Draw the Elos of a method in a field without and with an absurd score, as SVG."""
    rating = Rating(ScoreDirection.HIGH, rules, SCALE)

    def elos(scores: Sequence[float]) -> list[int]:
        field = rating.field_of(scores)
        return [rating.elo(score, field) for score in scores]

    parts = [*_field("Ten scores", elos(HONEST), 0), *_field("… and an absurd one", elos([*HONEST, ABSURD]), 92)]
    return _svg(f"Elos of ten scores under {rules.method}, without and with an absurd one", 206, parts)


def picture_of_attendance(rules: Rules) -> str:
    """Draw the effect of an attendance on weeks, as SVG."""
    weeks = [CountedWeek(0 if elo is None else elo, elo is None) for elo in WEEKS]
    average = rules.weekly_average(weeks, SCALE.base_elo)
    shown = list(_bars(rules, weeks))
    title = f"The weeks of a player under {rules.attendance}, and their average"
    note = NOTES[rules.attendance]
    bottom, height, step = 156, 128, (WIDTH - 2 * MARGIN) / len(shown)
    parts = [f'<line class="axis" x1="{MARGIN}" y1="{bottom}" x2="{WIDTH - MARGIN}" y2="{bottom}"/>']
    for place, (kind, elo) in enumerate(shown):
        tall = max(12.0, height * (elo or 0) / TALLEST_ELO)
        left, top = MARGIN + step * place + step * 0.15, bottom - tall
        parts.append(
            f'<rect class="{kind}" x="{left:.0f}" y="{top:.0f}" width="{step * 0.7:.0f}" height="{tall:.0f}" rx="3"/>'
        )
        label = "missed" if elo is None else f"{elo:,}"
        parts.append(_text(left + step * 0.35, bottom + 20, label, "small", "middle"))
    y = bottom - height * average / TALLEST_ELO
    parts.append(f'<line class="average" x1="{MARGIN}" y1="{y:.0f}" x2="{WIDTH - MARGIN}" y2="{y:.0f}"/>')
    parts.append(_text(MARGIN, bottom + 50, f"{note} {average:,.1f}"))
    return _svg(title, 218, parts)


def _bars(rules: Rules, weeks: Sequence[CountedWeek]) -> Iterator[tuple[str, int | None]]:
    """Yield the bars from left to right: the style of each, and its Elo; None for a missed week that does not count."""
    latest = range(len(weeks) - rules.last_weeks, len(weeks))
    best = sorted(latest, key=lambda place: weeks[place].elo)[-rules.best_of :]
    for place, week in enumerate(weeks):
        if rules.attendance is Attendance.PLAYED and week.is_missed:
            yield "missed", None
        elif rules.attendance is Attendance.BEST and place not in best:
            yield ("missed", None) if week.is_missed else ("ignored", week.elo)
        else:
            yield ("missed" if week.is_missed else "counted"), week.elo
    if rules.attendance is Attendance.PLAYED:
        yield from [("added", SCALE.base_elo)] * WEEKS_ADDED


def _field(name: str, elos: Sequence[int], top: int) -> Iterator[str]:
    y = top + 62
    yield _text(MARGIN, top + 26, name)
    yield f'<line class="axis" x1="{MARGIN}" y1="{y}" x2="{WIDTH - MARGIN}" y2="{y}"/>'
    for elo in range(LEAST_ELO, GREATEST_ELO + 1, 200):
        yield f'<line class="axis" x1="{_place(elo):.0f}" y1="{y}" x2="{_place(elo):.0f}" y2="{y + 5}"/>'
        yield _text(_place(elo), y + 20, f"{elo:,}", "small", "middle")
    for number, elo in enumerate(elos):
        kind = "absurd" if number >= len(HONEST) else "honest"
        yield f'<circle class="{kind}" cx="{_place(elo):.0f}" cy="{y - 10}" r="7"/>'


def _place(elo: float) -> float:
    share = (elo - LEAST_ELO) / (GREATEST_ELO - LEAST_ELO)
    return MARGIN + 10 + share * (WIDTH - 2 * MARGIN - 20)


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{of_kind} x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(title: str, height: int, parts: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title>{STYLE}", *parts, "</svg>", ""])
