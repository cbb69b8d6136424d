"""Show what a player must score."""

from collections.abc import Iterator

from discord import Color

from bot.domain.methods import GREATEST_Z
from bot.domain.rules import Method
from bot.domain.standings import Board
from bot.domain.targets import GoalKind, Outcome, Target
from bot.ui.card import Card, Reply
from bot.ui.text import BEST, count_of, escape, write_days, write_elo

LABEL = "What must I score?"
_BOARDS = {Board.ALL_TIME: "all-time", Board.OVERALL: "overall"}


def show_target(target: Target) -> Reply:
    """Tell a player, in private, what they must score to reach a goal, or why no score reaches it."""
    told = _reached(target) if target.outcome is Outcome.REACHED else f"{_goal(target)}, {_told(target)}"
    color = Color.orange() if target.outcome is Outcome.UNREACHABLE else Color.blurple()
    card = Card(escape(target.event.name), (told,), tuple(_small(target)), color)
    return Reply([card], ephemeral=True)


def _goal(target: Target) -> str:
    kind, where = target.goal.kind, _BOARDS.get(target.board) or _week(target)
    if kind is GoalKind.RANK:
        return f"To be **#{target.goal.value:,}** {where}"
    if kind is GoalKind.ELO:
        return f"For an Elo of **{write_elo(target.goal.value)}** {where}"
    return f"To be ahead of **{escape(target.rival.name if target.rival else '')}** {where}"


def _week(target: Target) -> str:
    """Name the week for which a score counts."""
    return "next week" if target.is_for_next_week else "this week"


def _when(target: Target) -> str:
    """Say in which week to score, where the board depends on that."""
    return f" {_week(target)}" if target.board is Board.OVERALL else ""


def _told(target: Target) -> str:
    outcome, when = target.outcome, _when(target)
    if outcome is Outcome.NEEDED:
        return f"you need **{_bare(target, target.score)}**{when}."
    if outcome is Outcome.ANY:
        return f"any score{when} is enough."
    if outcome is Outcome.TOO_FEW_WEEKS:
        return f"you need **{count_of(target.weeks_left, 'closed week')}** first."
    if outcome is Outcome.NOT_RATED:
        least = target.event.rules.min_field
        return f"the week needs **{count_of(least, 'player')}**: with you it has {target.others + 1}."
    return _unreachable(target)


def _reached(target: Target) -> str:
    own, goal = target.best if target.board is Board.ALL_TIME else target.best_of_week, _goal(target)
    return f"Your **{_bare(target, own)}**{_when(target)} is enough {goal[:1].lower()}{goal[1:]}."


def _unreachable(target: Target) -> str:
    if target.elo is None:
        return "there is no score: the event takes none that good."
    best = BEST[target.event.direction, target.event.style.format]
    if target.board is not Board.OVERALL:
        return f"no score is enough: even the {best} makes **{write_elo(target.elo)}**."
    told = f"no score is enough {_week(target)}: even the {best} makes **{write_elo(target.elo)}**"
    if target.score is None:
        return f"{told}."
    return f"{told}; {target.weeks} weeks at **{_bare(target, target.score)}** would do."


def _small(target: Target) -> Iterator[str]:
    outcome = target.outcome
    if outcome in (Outcome.NEEDED, Outcome.UNREACHABLE) and target.best is not None:
        own = f"your best is {_bare(target, target.best)}"
        if target.board is not Board.ALL_TIME and target.best_of_week is not None:
            is_best = target.best_of_week == target.best
            week = _week(target)
            own += f", of {week}" if is_best else f", {week} {_bare(target, target.best_of_week)}"
        yield own
    if target.until is not None:
        what = "mean" if target.event.rules.method is Method.CLASSIC else "middle"
        yield f"not beyond **{_bare(target, target.until)}**: such a score moves the {what}, too"
    if outcome is Outcome.NEEDED and target.goal.kind is GoalKind.RANK:
        yield "players who tie share a rank"
    if target.left_out is not None:
        yield f"without {write_days(target.left_out)}, which is not closed yet"
    if target.is_near:
        yield "counts only players near that rank now"
    if outcome is Outcome.UNREACHABLE and target.elo is not None:
        yield _why(target)
    if target.elo is None or outcome not in (Outcome.NEEDED, Outcome.ANY, Outcome.REACHED, Outcome.UNREACHABLE):
        return
    if outcome is not Outcome.UNREACHABLE and target.goal.kind is not GoalKind.ELO:
        yield f"your Elo would be {write_elo(target.elo)}"
    yield _field(target)


def _field(target: Target) -> str:
    done = "a score"
    if target.board is not Board.ALL_TIME:
        done = "a score for next week" if target.is_for_next_week else "played this week"
    if target.others == 0:
        return f"nobody else has {done} yet"
    return f"{count_of(target.others, 'other')} {'has' if target.others == 1 else 'have'} {done} so far"


def _why(target: Target) -> str:
    """Say why Elos have a limit, by the method of the event."""
    if target.others == 0 and target.board is not Board.OVERALL:
        return "alone, every score counts alike"
    method = target.event.rules.method
    if method is Method.ROBUST:
        return f"a score counts {GREATEST_Z:g} spreads at most"
    if method is Method.RANKS:
        return "no score counts more than beating all"
    return "such a score moves the mean, too"


def _bare(target: Target, score: float | None) -> str:
    return "–" if score is None else target.event.style.bare(score)
