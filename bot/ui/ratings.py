"""Show where a rating comes from."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from discord import Color

from bot.domain.explanations import PlayerRating, RatedWeek
from bot.domain.ratings import round_half_up
from bot.domain.rules import WEEKS_ADDED, Attendance, Rules
from bot.ui.card import Card, labelled, small_print
from bot.ui.reply import Reply
from bot.ui.text import count_of, escape, escape_score, write_days

MOST_WEEKS_SHOWN = 8
MOST_DECIMALS = 6
HALF = 0.5


class Halves(NamedTuple):
    """The two parts of an event Elo and their sum, as they are written: they add up, and the sum rounds to the Elo."""

    best: str
    weeks: str
    sum: str


def show_rating(rating: PlayerRating) -> Reply:
    """Show a player's event Elo: the best, the weeks, and how both make it."""
    style = rating.event.style
    named = f"{escape(rating.player.name)} · {escape(rating.event.name)}"
    best = f"**{escape_score(style.show(rating.best), style)}** → {rating.all_time_elo}"
    place = f"#{rating.rank} of {rating.players:,} by best score"
    if rating.event_elo is None or rating.weekly_average is None:
        lines = [*labelled("Best", best), small_print(_middle(rating) or place)]
        begins = "the event Elo begins when a first week closes"
        return Reply([Card(named, tuple(lines), (place, begins), Color.blurple())], ephemeral=True)
    halves = halves_of(rating.all_time_elo, rating.weekly_average, rating.rules.all_time_weight)
    lines = [
        *labelled(f"Best, {_percent(rating.rules.all_time_weight)}", f"{best}: {halves.best}"),
        *([small_print(_middle(rating))] if rating.middle is not None else []),
        *labelled(
            f"Weeks, {_percent(1 - rating.rules.all_time_weight)}",
            f"average {_decimal(rating.weekly_average)}: {halves.weeks}",
        ),
        *map(small_print, _weeks(rating.weeks)),
        small_print(_attendance(rating.rules)),
        f"**{halves.best} + {halves.weeks} = {halves.sum} → {rating.event_elo}**".replace("+ −", "− "),
    ]
    small = [place]
    if len(rating.weeks) < rating.rules.min_weeks:
        small.append(f"ranked overall after {count_of(rating.rules.min_weeks, 'closed week')}")
    return Reply(
        [Card(f"{named} · **{rating.event_elo}**", tuple(lines), tuple(small), Color.blurple())], ephemeral=True
    )


def halves_of(all_time_elo: int, weekly_average: float, weight: float) -> Halves:
    """Return the parts of an event Elo, with as few decimals as tell them."""
    exact = weight * all_time_elo + (1 - weight) * weekly_average
    elo = round_half_up(exact)
    told = (decimals for decimals in range(1, MOST_DECIMALS) if round_half_up(float(_rounded(exact, decimals))) == elo)
    decimals = next(told, MOST_DECIMALS)
    best, total = _rounded(weight * all_time_elo, decimals), _rounded(exact, decimals)
    return Halves(*(_written(part) for part in (best, total - best, total)))


def _middle(rating: PlayerRating) -> str:
    if rating.middle is None or rating.spreads is None:
        return ""
    style = rating.event.style
    middle = escape_score(style.show(float(f"{rating.middle:.6g}")), style)
    where = "above" if rating.spreads >= 0 else "below"
    return f"{abs(rating.spreads):.2f} spreads {where} the middle, {middle}"


def _weeks(weeks: tuple[RatedWeek, ...]) -> list[str]:
    shown = [
        f"{write_days(week.week, short=True)} · {f'missed: {week.elo}' if week.is_missed else week.elo}"
        for week in weeks[:MOST_WEEKS_SHOWN]
    ]
    if len(weeks) > MOST_WEEKS_SHOWN:
        shown.append(f"and {count_of(len(weeks) - MOST_WEEKS_SHOWN, 'week')} before")
    return shown


def _attendance(rules: Rules) -> str:
    if rules.attendance is Attendance.BEST:
        return f"the best {rules.best_of} of the last {rules.last_weeks} weeks count"
    if rules.attendance is Attendance.PLAYED:
        return f"weeks with a score count, and {WEEKS_ADDED} at the base Elo"
    return "all weeks count, missed ones too"


def _percent(weight: float) -> str:
    return "half" if weight == HALF else f"{100 * weight:g} %"


def _decimal(value: float) -> str:
    return _written(_rounded(value, 1))


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _written(value: Decimal) -> str:
    text = f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")
