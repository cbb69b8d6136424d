"""The longest messages, with names of 64 characters, which an event file may have, all of them markdown."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from benchmarks.sample_pictures import rating
from bot.domain.announcements import MOST_ON_PODIUM, Chase, Climb, Results, WeekWinner
from bot.domain.events import EventInfo
from bot.domain.explanations import EloChange, Part, PlayerRating, RatedWeek
from bot.domain.moderation import (
    Consequences,
    EventConsequences,
    ExcusePreview,
    ExcuseResult,
    MembershipPreview,
    Place,
    Podium,
)
from bot.domain.reviews import HeldScore, HeldState, OwnHeldScores
from bot.domain.rules import Rules
from bot.domain.scores import MAX_SCORE, ScoreDirection, ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.standings import Board, Standing
from bot.domain.text import MAX_DISPLAY_NAME, MAX_EVENT_NAME, MAX_REASON, MAX_UNIT
from bot.domain.weeks import Week
from bot.ui.announcements import show_results
from bot.ui.card import LONGEST_MESSAGE, Reply
from bot.ui.moderation import show_excuse_preview, show_membership_preview
from bot.ui.ratings import show_rating
from bot.ui.reviews import show_own_held
from bot.ui.weeks import show_preview
from tests.one_database import on_one_database

pytestmark = on_one_database

NOW, WEEK, REASON = datetime(2026, 11, 28, 12, tzinfo=UTC), Week(2026, 44), "*" * MAX_REASON
PLAYER, SCORE, ELO = PlayerName(10**18, "*" * MAX_DISPLAY_NAME), float(-MAX_SCORE), -123_456
EVENT = EventInfo(
    1, 1, "*" * MAX_EVENT_NAME, ScoreDirection.HIGH, ScoreStyle(unit="*" * MAX_UNIT), None, None, is_active=False
)
RESULTS = Results(
    event=replace(EVENT, rules=Rules(min_field=99)),
    week=WEEK,
    earlier=(WeekWinner(WEEK, PLAYER, SCORE),) * 52,
    podium=(Standing(3, PLAYER, SCORE, ELO),) * MOST_ON_PODIUM,
    players=1,
    leaders=(Standing(1, PLAYER, SCORE, ELO),) * 3,
    climb=Climb(PLAYER, 1_234_567, 1),
    chase=Chase(PLAYER, PLAYER, 123),
    next_close=NOW,
    closes_itself=True,
    closed_early=True,
    ran_at=NOW,
)
HELD = HeldScore(
    1, 10**18, EVENT, PLAYER, SCORE, None, None, WEEK, NOW, 9, HeldState.REFUSED, REASON, 10**18, NOW, is_removed=True
)


def moved(*boards: Board) -> tuple[EventConsequences, ...]:
    """Return changes of many events that change the podiums of some boards."""
    podiums = tuple(Podium(board, (PLAYER,) * 3) for board in boards)
    before, after = Place(SCORE, 123_456, ELO), Place(SCORE, 123_457, ELO)
    return (EventConsequences(EVENT, Consequences(before, after, (ELO, ELO - 1), 1_234_567, 123_456, podiums)),) * 9


def long_rating() -> PlayerRating:
    """Return a rating whose change covers 120 weeks that were closed together."""
    weeks = [RatedWeek(WEEK, ELO, is_missed=False)]
    while len(weeks) < 120:
        weeks.append(replace(weeks[-1], week=weeks[-1].week.next()))
    change = EloChange(WEEK, -120, tuple(Part(-1, week=week) for week in weeks))
    return replace(rating(), event=EVENT, player=PLAYER, weeks=tuple(weeks[::-1]), change=change)


def test_of_many_weeks_closed_together_the_earlier_ones_are_summed_up() -> None:
    [card] = show_rating(long_rating()).cards
    told = card.text.partition("**−120** since")[2]
    assert "\n-# −112 · 112 earlier weeks\n-# −1 · " in told
    assert told.count("closed, ") == 8


@pytest.mark.parametrize(
    "reply",
    [
        show_excuse_preview(
            ExcusePreview(ExcuseResult(PLAYER, WEEK, EVENT, True, (EVENT,) * 9, REASON), moved(Board.OVERALL)), REASON
        ),
        show_membership_preview(MembershipPreview(PLAYER, True, moved(Board.ALL_TIME, Board.OVERALL)), REASON),
        show_results(RESULTS),
        show_preview(RESULTS),
        show_own_held(OwnHeldScores((HELD,) * 5)),
        show_rating(long_rating()),
    ],
    ids=["excuse", "withdrawal", "results", "results before a close", "held scores", "rating after 120 weeks"],
)
def test_the_longest_of_each_fits_a_message(reply: Reply) -> None:
    assert sum(len(card.text) for card in reply.cards) <= LONGEST_MESSAGE
