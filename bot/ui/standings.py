"""Show leaderboards."""

from collections.abc import Iterator, Sequence

from discord import Color
from discord.utils import format_dt

from bot.domain.events import EventInfo
from bot.domain.ratings import round_half_up
from bot.domain.rules import SMALL_FIELD
from bot.domain.scores import ScoreStyle
from bot.domain.seasons import Season
from bot.domain.standings import Board, FirstWeek, LeaderboardPage, PastWeeks, Standing
from bot.domain.text import clean_display_name
from bot.ui.card import Card, Reply, small_print
from bot.ui.rules import first_week_in_words, halves_in_words, rules_in_words
from bot.ui.text import count_of, escape, escape_beside, write_days, write_elo, write_page

MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
NONE = "–"
PROVISIONAL = "?"
"""Marks an Elo that rests on few players or too few closed weeks."""
STILL_SETTLING = f"{PROVISIONAL} = still settling: it takes {SMALL_FIELD} players"
FEW_PLAYERS = f"{PROVISIONAL} = fewer than {SMALL_FIELD} players"
"""The same where nobody can join any more."""
MOST_WEEKS = 10
"""How many closed weeks are offered at once."""
WITHDRAWN = "You are withdrawn from the leaderboards of this server. An admin can bring you back."


def board_card(page: LeaderboardPage, asker: str | None) -> Card:
    """Show a page of a leaderboard: publicly, with the row of the user who asked below it, or to one viewer only.

    Args:
        page: the page, with the row of the user who asked or of the viewer.
        asker: the Discord name of the user who asked; None for a private page.
    """
    lines = [line_of_page(page, standing) for standing in page.standings] or [_nothing(page)]
    if page.own is not None and page.own not in page.standings:
        lines.append(f"… {line_of_page(page, page.own)}")
    return Card(
        f"{escape(page.event.name)} · {_board_name(page)}", tuple(lines), tuple(_small(page, asker)), Color.gold()
    )


def settles_after(weeks: int) -> str:
    """Say after how many more closed weeks a player's Elo is settled."""
    left = "one more week makes" if weeks == 1 else f"{weeks} more weeks make"
    return f"{PROVISIONAL} = still settling: {left} it count"


def few_weeks(weeks: int) -> str:
    """Say that an Elo rests on fewer closed weeks than an event requires, where no more come."""
    return f"{PROVISIONAL} = fewer than {weeks} closed weeks"


def is_over(event: EventInfo, season: Season | None) -> bool:
    """Tell whether what an event lacks will not come any more."""
    return not event.is_active or (season is not None and season.has_ended)


def explain_marks(page: LeaderboardPage, rows: Sequence[Standing]) -> Iterator[str]:
    """Say what the marks mean that stand in some rows of a page."""
    can_settle = page.takes_scores and not page.is_past
    if any(standing.elo is None for standing in rows):
        yield _without_elo(page)
    if page.has_provisional:
        yield STILL_SETTLING if can_settle else FEW_PLAYERS
    elif any(standing.weeks_left for standing in rows):
        weeks = page.event.rules.min_weeks
        yield f"{PROVISIONAL} = still settling: it takes {weeks} weeks" if can_settle else few_weeks(weeks)


def show_past_weeks(past: PastWeeks, *, ephemeral: bool) -> Reply:
    """Offer the latest closed weeks of an event."""
    number = len(past.weeks)
    nothing = "No week was closed." if is_over(past.event, past.season) else "No week is closed yet."
    text = "Which closed week do you want to see?" if number else nothing
    small = (
        (f"the latest {MOST_WEEKS} of {number}", "older ones: `/leaderboard`, at `week`") if number > MOST_WEEKS else ()
    )
    return Reply([Card(escape(past.event.name), (text,), small, Color.gold())], ephemeral=ephemeral)


def _small(page: LeaderboardPage, asker: str | None) -> Iterator[str]:
    if page.season is not None and (season := _season(page.season)):
        yield season
    if asker is None and page.is_withdrawn:
        yield WITHDRAWN
    elif asker is None and page.own is None and page.standings and page.takes_scores and not page.is_past:
        yield "You have no score here yet."
    yield from explain_marks(page, page.standings if page.own is None else (*page.standings, page.own))
    parts = [] if asker is None else [f"{escape(clean_display_name(asker))} asked"]
    parts += [*write_page(page.page, page.pages), count_of(page.players, "player")]
    yield " · ".join(parts if page.event.is_active else [*parts, "archived"])
    if page.board is not Board.OVERALL:
        field = "all-time bests" if page.board is Board.ALL_TIME else "the bests of the week"
        unit = page.event.style.unit
        yield f"Elo by {field}" if unit is None else f"{escape(unit)} · Elo by {field}"
    elif page.standings:
        yield halves_in_words(page.event.rules)
    if (rules := rules_in_words(page.event.rules)) is not None:
        yield rules


def _without_elo(page: LeaderboardPage) -> str:
    rules = page.event.rules
    if page.board is not Board.OVERALL:
        return f"Not rated: a week of this event takes {rules.min_field:,} players."
    return f"{NONE} = before {first_week_in_words(rules)}"


def _nothing(page: LeaderboardPage) -> str:
    if page.first_week is not None:
        return begins_with(page.first_week)
    if page.is_past or not page.takes_scores:
        return "No scores."
    week = " for this week" if page.board is Board.WEEK else ""
    return f"No scores{week} yet. Be the first with `/submit-score`."


def _season(season: Season) -> str:
    """Say which season it is, and how much of it is left."""
    told = [f"Season {season.number}"] if season.number > 1 else []
    if season.begins_at is not None:
        told.append(f"begins {format_dt(season.begins_at, 'R')}")
    if season.has_ended:
        told.append("ended")
    elif season.weeks_left == 0:
        told.append("takes no more scores; its last week is not closed yet")
    elif season.weeks_left is not None and season.ends_at is not None:
        left = "the last week" if season.weeks_left == 1 else f"{season.weeks_left} weeks left"
        told.append(f"{left}, until {format_dt(season.ends_at, 'f')}")
    text = " · ".join(told)
    return text[:1].upper() + text[1:]


def begins_with(first_week: FirstWeek) -> str:
    """Say when the overall board begins."""
    if first_week.closes_at is not None:
        return f"Overall begins when the first week closes, {format_dt(first_week.closes_at, 'R')}."
    if first_week.is_over:
        return "Overall begins when the first week closes. It is over: an admin can close it with `/weekly-reset`."
    return "Overall begins when an admin closes the first week: `/weekly-reset`."


def _board_name(page: LeaderboardPage) -> str:
    if page.board is Board.WEEK and page.week is not None:
        return write_days(page.week, year=page.is_past)
    return "all-time" if page.board is Board.ALL_TIME else "overall"


def line_of_page(page: LeaderboardPage, standing: Standing) -> str:
    """Write a row of a page, as `standing_line` does."""
    return standing_line(
        standing, page.board, page.event.style, is_provisional=page.is_provisional, goes_on=page.takes_scores
    )


def standing_line(
    standing: Standing, board: Board, style: ScoreStyle, *, is_provisional: bool = False, goes_on: bool = True
) -> str:
    """Write a row of a board, which fits a line of a phone; on the overall board, add its halves in small print.

    If `is_provisional`, the Elo is marked. Weeks are left to go only if the event `goes_on`.
    """
    rank = NONE if standing.rank is None else MEDALS.get(standing.rank, f"{standing.rank:,}")
    mark = PROVISIONAL if is_provisional or standing.weeks_left else ""
    elo = NONE if standing.elo is None else f"{write_elo(standing.elo)}{mark}"
    if board is not Board.OVERALL:
        score = style.bare(standing.score)
        rated = "" if standing.elo is None else f" · {elo}"
        name = escape_beside(standing.player.name, f"{rank}{score}{elo}")
        return f"{rank} **{name}** · {score}{rated}"
    name = escape_beside(standing.player.name, f"{rank}{elo}")
    all_time = write_elo(standing.all_time_elo)
    average = NONE if standing.weekly_average is None else write_elo(round_half_up(standing.weekly_average))
    left = f" · {count_of(standing.weeks_left, 'week')} to go" if standing.weeks_left and goes_on else ""
    return f"{rank} **{name}** · **{elo}**\n{small_print(f'best {all_time} · weeks {average}{left}')}"
