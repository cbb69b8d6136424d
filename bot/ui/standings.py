"""Show leaderboards."""

from discord import Color
from discord.utils import format_dt

from bot.domain.ratings import round_half_up
from bot.domain.scores import ScoreStyle
from bot.domain.seasons import Season
from bot.domain.standings import Board, FirstWeek, LeaderboardPage, Standing
from bot.ui.card import Card, labelled, small_print
from bot.ui.rules import halves_in_words, rules_in_words
from bot.ui.text import count_of, escape, escape_score

MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
NONE = "–"
WITHDRAWN = "You are withdrawn from the leaderboards of this server. An admin can bring you back."


def board_card(page: LeaderboardPage) -> Card:
    """Show a page of a leaderboard, with the viewer's row below it."""
    style = page.event.style
    lines = [standing_line(standing, page.board, style) for standing in page.standings]
    if any(standing.elo is None for standing in page.standings):
        lines.append(f"\n{_without_elo(page)}")
    lines = lines or [_nothing(page)]
    if page.season is not None and (season := _season(page.season)):
        lines.append(small_print(season))
    if page.own is not None:
        lines += labelled("Your row", standing_line(page.own, page.board, style))
    elif page.is_withdrawn:
        lines += labelled("Your row", WITHDRAWN)
    elif page.standings and page.takes_scores and not page.is_past:
        lines += labelled("Your row", "No score here yet. Add one with `/submit-score`.")
    archived = "" if page.event.is_active else " · archived"
    footer = f"Page {page.page + 1} of {page.pages} · {count_of(page.players, 'player')}{archived}"
    is_explained = page.board is Board.OVERALL and page.standings
    rules, halves = rules_in_words(page.event.rules), halves_in_words(page.event.rules)
    small = [footer, *([halves] if is_explained else []), *([] if rules is None else [rules])]
    return Card(f"{escape(page.event.name)} · {_board_name(page)}", tuple(lines), tuple(small), Color.gold())


def _without_elo(page: LeaderboardPage) -> str:
    rules = page.event.rules
    if page.board is not Board.OVERALL:
        return f"Not rated: a week of this event takes {rules.min_field:,} players."
    weeks = rules.min_weeks
    when = "a player's first week is closed" if weeks == 1 else f"{weeks} weeks of a player are closed"
    return f"{NONE} becomes an event Elo when {when}."


def _nothing(page: LeaderboardPage) -> str:
    if page.first_week is not None:
        return begins_with(page.first_week)
    if not page.event.is_active:
        return "No scores, and the event is archived."
    if not page.takes_scores:
        return "No scores."
    week = " for this week" if page.board is Board.WEEK else ""
    return f"No scores{week} yet. Be the first with `/submit-score`."


def _season(season: Season) -> str:
    """Tell which season it is, and how much of it is left."""
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
    if first_week.is_over:
        return "Overall begins when the first week closes. It is over: an admin can close it with `/weekly-reset`."
    return f"Overall begins when the first week closes, {format_dt(first_week.ends_at, 'R')}."


def _board_name(page: LeaderboardPage) -> str:
    if page.board is Board.WEEK:
        return str(page.week)
    return "all-time" if page.board is Board.ALL_TIME else "overall"


def standing_line(standing: Standing, board: Board, style: ScoreStyle) -> str:
    """Write a row of a board in a line."""
    rank = NONE if standing.rank is None else MEDALS.get(standing.rank, f"#{standing.rank}")
    elo = NONE if standing.elo is None else str(standing.elo)
    name = f"{rank} **{escape(standing.player.name)}**"
    if board is not Board.OVERALL:
        rated = "" if standing.elo is None else f" · {elo} Elo"
        return f"{name} · {escape_score(style.show(standing.score), style)}{rated}"
    all_time = NONE if standing.all_time_elo is None else str(standing.all_time_elo)
    average = NONE if standing.weekly_average is None else str(round_half_up(standing.weekly_average))
    left = f" · {count_of(standing.weeks_left, 'week')} to go" if standing.weeks_left else ""
    return f"{name} · **{elo}** (best {all_time}, weeks {average}){left}"
