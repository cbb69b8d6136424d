"""Ranks in events of thousands have the same commas wherever they are shown."""

import re
from datetime import timedelta

import pytest

from benchmarks.sample_pictures import WEEK, event
from bot.domain.audit import AuditPage
from bot.domain.fairness import Fairness, Group
from bot.domain.moderation import (
    Consequences,
    Correction,
    CorrectionPreview,
    EventConsequences,
    LoggedSubmission,
    MembershipPreview,
    Place,
)
from bot.domain.rehearsals import Moves, Outcome, RankedPlayer, Rehearsal
from bot.domain.reminders import Message, OwnResult
from bot.domain.reviews import HeldScore, HeldState, Review
from bot.domain.rules import Rules
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.standings import Board
from bot.ui.audit import audit_card
from bot.ui.moderation import show_correction_preview, show_membership_preview
from bot.ui.rehearsals import show_rehearsal
from bot.ui.reminders import show_reminder
from bot.ui.reviews import show_review
from tests.backends import NOON

ANA, EVENT = PlayerName(1, "Ana"), event()
LOGGED = LoggedSubmission(1, EVENT.style, 1.0, WEEK, NOON)
GROUP = Group(3, 1000)
FAIRNESS = Fairness(None, None, GROUP, GROUP, GROUP, GROUP, newcomers_on_top=1)
BEFORE = Outcome(ScoreDirection.HIGH, Rules(), 5_000, (), FAIRNESS)
AFTER = Outcome(ScoreDirection.HIGH, Rules(min_weeks=2), 5_000, (RankedPlayer(ANA, 1, 1000, 1_234, 990),), FAIRNESS)
PLAYER = RankedPlayer(ANA, 1_234, 1000, 2_345, 990)


def moved(before: Place | None, after: Place | None) -> Consequences:
    return Consequences(before, after, (None, None), 0, 0, ())


def corrected(before: Place | None, after: Place | None) -> str:
    preview = CorrectionPreview(
        *(Correction.REMOVE, EVENT, ANA, LOGGED),
        week_is_closed=False,
        was_counted=False,
        consequences=moved(before, after),
        with_week=None,
    )
    return show_correction_preview(preview, None).cards[0].text


def withdrawn(before: Place | None, after: Place | None) -> str:
    of_event = EventConsequences(EVENT, moved(before, after))
    return show_membership_preview(MembershipPreview(ANA, before is not None, (of_event,)), None).cards[0].text


def reviewed(before: Place | None) -> str:
    held = HeldScore(1, 1, EVENT, ANA, 1, None, None, WEEK, NOON, None, HeldState.WAITING, None, None, None, False)
    return show_review(Review(held, moved(before, HIGH), 0, 1)).cards[0].text


HIGH, MIDDLE, LOW = Place(9, 1_234, 1200), Place(9, 2_345, 1000), Place(5, 2_345, 1000)
TEXTS = {
    "better": corrected(LOW, HIGH),
    "the same": corrected(LOW, Place(4, 2_345, 900)),
    "unchanged": corrected(HIGH, HIGH),
    "gone": corrected(HIGH, None),
    "first": corrected(None, HIGH),
    "leaves": withdrawn(HIGH, None),
    "returns": withdrawn(None, HIGH),
    "held": reviewed(LOW),
    "held first": reviewed(None),
    "rehearsed": show_rehearsal(Rehearsal(EVENT, Board.OVERALL, 3, BEFORE, AFTER, Moves(1, 0, 10), (PLAYER,), None))
    .cards[0]
    .text,
    "result": show_reminder(
        Message(
            *(1, 1, 1, NOON, NOON, NOON + timedelta(days=1), WEEK),
            results=(OwnResult(EVENT, WEEK, 1.0, 1_234, 5_000, 1000, None),),
        ),
        "Arcade",
    )
    .cards[0]
    .text,
    "audit": audit_card(AuditPage((), None, None, 1_233, 2_345, 18_760)).text,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_ranks_and_pages_beyond_a_thousand_have_commas(text: str) -> None:
    assert re.findall(r"1,234|2,345", text)
    assert re.findall(r"1234|2345", text) == []
