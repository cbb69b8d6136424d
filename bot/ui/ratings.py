"""Show how a rating is made up."""

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from discord import Color
from discord.utils import format_dt

from bot.domain.events import EventInfo
from bot.domain.explanations import EloChange, Part, PlayerRating, RatedWeek
from bot.domain.ratings import RatingScale, round_half_up
from bot.domain.rules import WEEKS_ADDED, Attendance, Method, Rules
from bot.domain.scores import ScoreFormat
from bot.domain.text import clean_display_name
from bot.ui.card import Card, Reply, labelled, small_print
from bot.ui.rules import first_week_in_words, write_share
from bot.ui.standings import FEW_PLAYERS, PROVISIONAL, STILL_SETTLING, few_weeks, settles_after
from bot.ui.text import (
    count_of,
    escape,
    escape_beside,
    escape_score,
    mention,
    narrow,
    round_shown,
    write_days,
    write_elo,
)

MOST_WEEKS_SHOWN = 8
MOST_DECIMALS = 6
SPREAD_DIGITS, MIDDLE_DIGITS, MOST_DIGITS = 3, 6, 17
LARGE = 10_000
"""Smaller Elos have no commas, as on boards; larger sums of several weeks do."""
NAME_WIDTH = 20.0
"""How wide a name beside its effect may be, in average letters."""


class Halves(NamedTuple):
    """The two parts of an event Elo and their sum, as written: they add up, and the sum rounds to the Elo."""

    best: str
    weeks: str
    sum: str


def show_rating(rating: PlayerRating, *, is_shared: bool = False) -> Reply:
    """Show the user who asks how a player's event Elo is made up; `is_shared` says that everyone can see it too."""
    return Reply([_card(rating, ["shared with everyone here"] if is_shared else [])], ephemeral=True)


def share_rating(rating: PlayerRating, sharer: str) -> Reply:
    """Show everyone how a player's event Elo is made up; `sharer` is the Discord name of the user who shares it."""
    return Reply([_card(rating, [f"{escape(clean_display_name(sharer))} shares this"])])


def _card(rating: PlayerRating, notes: list[str]) -> Card:
    style = rating.event.style
    heading = f"{escape_beside(rating.player.name, rating.event.name)} · {escape(rating.event.name)}"
    best = f"**{escape_score(rating.best, style)}** → {write_elo(rating.all_time_elo)}"
    small = [f"#{rating.rank:,} of {rating.players:,} by best score"]
    if not rating.event.is_active:
        small[0] += " · archived"
    if rating.event_elo is None or rating.weekly_average is None:
        lines = [*labelled("Best", best), *_middle(rating)]
        return Card(heading, tuple(lines), (*small, *write_beginning(rating), *notes), Color.blurple())
    halves = halves_of(rating.all_time_elo, rating.weekly_average, rating.rules.all_time_weight)
    average = (
        f"{_written(Decimal(sum(rating.averaged)))} / {len(rating.averaged)} = {write_average(rating.weekly_average)}"
    )
    lines = [
        *labelled(f"Best, {write_share(rating.rules.all_time_weight)}", f"{best}: {halves.best}"),
        *_middle(rating),
        *labelled(f"Weeks, {write_share(1 - rating.rules.all_time_weight)}", f"{average}: {halves.weeks}"),
        *map(small_print, _weeks(rating, rating.event_elo)),
        small_print(write_attendance(rating.rules)),
        f"**{halves.best} + {halves.weeks} = {write_total(halves, rating.event_elo)}**".replace("+ −", "− "),
        *([] if rating.change is None else _change(rating.change, rating.event)),
    ]
    mark = PROVISIONAL if rating.is_settling else ""
    return Card(
        f"{heading} · **{write_elo(rating.event_elo)}**{mark}",
        tuple(lines),
        (*small, *write_settling(rating), *notes),
        Color.blurple(),
    )


def halves_of(all_time_elo: int, weekly_average: float, weight: float) -> Halves:
    """Return the parts of an event Elo, with as few decimals as show how it adds up."""
    exact = weight * all_time_elo + (1 - weight) * weekly_average
    elo = round_half_up(exact)
    told = (decimals for decimals in range(1, MOST_DECIMALS) if round_half_up(float(_rounded(exact, decimals))) == elo)
    decimals = next(told, MOST_DECIMALS)
    best, total = _rounded(weight * all_time_elo, decimals), _rounded(exact, decimals)
    return Halves(*(_written(part) for part in (best, total - best, total)))


def write_total(halves: Halves, event_elo: int) -> str:
    """Write the sum of both parts, and the Elo that it rounds to if that differs."""
    elo = _written(Decimal(event_elo))
    return elo if halves.sum == elo else f"{halves.sum} → {elo}"


def write_average(value: float) -> str:
    """Write a weekly average."""
    return _written(_rounded(value, 1))


def write_change(points: int) -> str:
    """Write a change of an Elo with its sign."""
    return f"{points:+,}".replace("-", "−") if points else "±0"


def write_since(change: EloChange) -> str:
    """Say since when an Elo has changed, and whether the effect of others is missing."""
    return f"since {write_days(change.since, short=True)} closed{', others left out' if change.lacks_others else ''}"


def write_attendance(rules: Rules) -> str:
    """Say which weeks count."""
    if rules.attendance is Attendance.BEST:
        return f"the best {rules.best_of} of the last {rules.last_weeks} weeks count"
    if rules.attendance is Attendance.PLAYED:
        return f"weeks with a score count, and {WEEKS_ADDED} at the base Elo"
    return "all weeks count, missed ones too"


def _middle(rating: PlayerRating) -> list[str]:
    """Say where the best is in its field, and how that becomes an Elo."""
    if rating.players > 1 and rating.beaten is not None:
        return [small_print(f"beats {rating.beaten:,} of {count_of(rating.players - 1, 'other')}")]
    if rating.middle is None or rating.spreads is None:
        return []
    if rating.players == 1:
        return [small_print(f"alone in the event: {write_elo(rating.all_time_elo)} by rule")]
    style, middle = rating.event.style, round_shown(rating.middle)
    what = "mean" if rating.rules.method is Method.CLASSIC else "middle"
    if rating.spreads == 0:
        return [small_print(f"at the {what} of all bests, {style.bare(middle)}")]
    spread = "a factor"
    if rating.spread is not None:
        middle, size = _rounded_field(rating, rating.middle, rating.spread)
        spread = style.bare(size)
    spreads, formula = _formula(rating.spreads, rating.scale, rating.all_time_elo)
    is_above = rating.spreads * rating.event.direction.sign > 0
    if style.format is ScoreFormat.TIME:
        where = "longer than" if is_above else "shorter than"
    else:
        where = "above" if is_above else "below"
    lines = [
        f"the {what} of all bests is {style.bare(middle)}",
        f"a spread, the usual distance, is {spread}",
        f"{spreads} spreads {where} the {what}",
        *(["no score counts more spreads"] if rating.is_bounded else []),
        formula,
    ]
    return [small_print(line) for line in lines]


def _rounded_field(rating: PlayerRating, middle: float, spread: float) -> tuple[float, float]:
    """Round the middle and the spread of a field to as few digits as still yield the Elo."""
    rounded = (
        (round_shown(middle, max(digits, MIDDLE_DIGITS)), float(f"{spread:.{digits}g}"))
        for digits in range(SPREAD_DIGITS, MOST_DIGITS)
    )
    told = (one for one in rounded if rating.is_bounded or rating.elo_beside(*one) == rating.all_time_elo)
    return next(told, (middle, spread))


def _formula(spreads: float, scale: RatingScale, elo: int) -> tuple[str, str]:
    """Write the number of spreads, and the Elo that they yield, with as few decimals as suffice."""
    rounded = (_rounded(abs(spreads), decimals) for decimals in range(2, MOST_DECIMALS))
    exact = _rounded(abs(spreads), MOST_DECIMALS)
    told = next((one for one in rounded if scale.elo_of(math.copysign(float(one), spreads)) == elo), exact)
    sign = "+" if spreads > 0 else "−"
    return f"{told}", f"{scale.base_elo} {sign} {told} × {scale.elo_per_sigma:g} = {write_elo(elo)}"


def _weeks(rating: PlayerRating, event_elo: int) -> list[str]:
    """Tell the latest weeks, and of those before the latest ones that cost something because they were missed."""
    latest, before = rating.weeks[:MOST_WEEKS_SHOWN], rating.weeks[MOST_WEEKS_SHOWN:]
    costly = [week for week in before if week.is_missed and week.without not in (None, event_elo)][:MOST_WEEKS_SHOWN]
    shown = []
    for week in (*latest, *costly):
        elo = write_elo(week.elo)
        told = f"missed: {elo}{_cost(rating.rules, week, event_elo)}" if week.is_missed else elo
        shown.append(f"{write_days(week.week, short=True)} · {told}")
    if others := [week for week in before if week not in costly]:
        missed = sum(week.is_missed for week in others)
        number = count_of(len(others), "more week" if costly else "week")
        shown.append(f"and {number} before" + (f", {missed} missed" if missed else ""))
    return shown


def _cost(rules: Rules, week: RatedWeek, event_elo: int) -> str:
    """Say what a missed week costs the event Elo, given all other weeks."""
    if rules.attendance is Attendance.PLAYED:
        return ", does not count"
    if week.without is None:
        return ""
    if week.without == event_elo:
        return ", costs nothing"
    return f", {'costs' if week.without > event_elo else 'gains'} {abs(week.without - event_elo):,}"


def _change(change: EloChange, event: EventInfo) -> list[str]:
    since = write_since(change)
    weeks = [part for part in change.parts if part.week is not None]
    causes = [(part.points, _cause(part, event)) for part in change.parts if part.week is None]
    if earlier := weeks[:-MOST_WEEKS_SHOWN]:
        causes.append((sum(part.points for part in earlier), count_of(len(earlier), "earlier week")))
    causes += [(part.points, _cause(part, event)) for part in weeks[-MOST_WEEKS_SHOWN:]]
    small = [f"{write_change(points)} · {cause}" for points, cause in causes]
    if change.rules is not None:
        small.append(
            f"rules changed {format_dt(change.rules.at, 'D')} by {mention(change.rules.actor_id)}: "
            "both Elos are by the new ones"
        )
    if not change.parts:
        return list(map(small_print, [f"unchanged {since}", *small]))
    return [f"**{write_change(change.points)}** {since}", *map(small_print, small)]


def _cause(part: Part, event: EventInfo) -> str:
    if part.week is not None:
        days = write_days(part.week.week, short=True)
        return f"{days} missed" if part.week.is_missed else f"{days} closed, {write_elo(part.week.elo)}"
    if part.best is None:
        return "bests of others"
    before, after = part.best
    is_better = after is not None and (before is None or event.direction.is_better(after, before))
    if part.player is None:
        return "own new best" if is_better else "own score removed"
    name = escape(narrow(part.player.name, NAME_WIDTH))
    if after is None:
        return f"{name} is out"
    if before is None:
        return f"{name}'s first score"
    return f"{name}'s new best" if is_better else f"{name}'s score removed"


def write_beginning(rating: PlayerRating) -> list[str]:
    """Say what an event Elo begins with, where it may still begin."""
    return [f"no event Elo before {first_week_in_words(rating.rules)}"] if rating.event.is_active else []


def write_settling(rating: PlayerRating) -> list[str]:
    """Explain why an event Elo is not settled; return nothing if it is."""
    if rating.weeks_left:
        return [settles_after(rating.weeks_left) if rating.takes_scores else few_weeks(rating.rules.min_weeks)]
    return [STILL_SETTLING if rating.takes_scores else FEW_PLAYERS] if rating.is_settling else []


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _written(value: Decimal) -> str:
    text = f"{value:f}" if abs(value) < LARGE else f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")
