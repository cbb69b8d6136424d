"""The sentences for errors: each contains the fields of its error."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import errors
from bot.domain.scores import ScoreFormat, ScoreStyle
from bot.domain.text import clean_event_name, clean_unit
from bot.errors import Bound, LeaderboardError, Named, Range, Reading
from bot.ui.refusals import mention_commands, sentence

EXAMPLES: dict[str, Any] = {
    "event": "Tetris Blitz",
    "wanted": "LOW",
    "pointed": "1.5",
    "unit": "points",
    "alone": "1200",
    "most": 9,
    "greatest": 2**53 - 1,
    "least": 1,
    "rule": errors.Rule.MIN_FIELD,
    "readings": (Reading(15020, "15020", "15,020"), Reading(15.02, "15.02", "15.02")),
    "event_id": 1,
    "score": "1:23.4",
    "taken": errors.Range("1:23.5", None, takes_least=True, takes_greatest=False),
    "is_time": True,
    "player": 5,
    "channel": 6,
    "role": 7,
    "direction": "HIGH",
    "reason": errors.NotANumber("fast!!"),
    "longest": 40,
    "length": 41,
    "option": Bound.MIN,
    "named": Named.EVENT,
    "until": datetime(2026, 11, 18, 12, tzinfo=UTC),
    "week": "2026-W47",
    "current": "2026-W46",
    "ran_at": datetime(2026, 11, 18, 12, tzinfo=UTC),
    "open_week": "2026-W48",
    "latest": "2026-W48",
    "next_week": "2026-W48",
    "ends_at": datetime(2026, 11, 23, tzinfo=UTC),
    "begins_at": datetime(2026, 11, 23, tzinfo=UTC),
    "first": "2026-W44",
    "last": "2026-W47",
    "last_week": "2026-W47",
    "later_week": "2026-W48",
    "first_week": "2026-W47",
    "seasons": 2,
    "typed": "tetr",
    "candidates": ("Tetris 40L", "Tetris Blitz"),
    "scores": ("18,900 points · 2026-11-18 12:00 · 2026-W47",),
    "number": 2,
    "most_bytes": 1_000_000,
    "most_rows": 5_000,
    "most_results": 100_000,
    "admin_role": 5,
    "mistake": errors.FileMistake(errors.Flaw.UNKNOWN, where="*chess*"),
    "word": "ERASE",
}
"""A value for each field of an error."""
RAISED = (
    errors.WeekClosedAlready,
    errors.EventNotFound,
    errors.SeasonOpen,
    errors.CooldownActive,
    errors.NothingToRemove,
    errors.NoScores,
    errors.NothingToRestore,
    errors.EventNotBegun,
    errors.ScoreHeld,
)
"""Errors that are raised although they have subclasses."""
COMMAND = re.compile("`(/[a-z-]+(?: [a-z-]+)?)`")
COMMANDS = Path(__file__).parents[1] / "docs/commands.md"
NO_COMMAND_HELPS: dict[str, set[type[LeaderboardError]]] = {
    "the same command helps, with something else typed or chosen": {
        errors.ScoreTooLong,
        errors.ErasureUnconfirmed,
        errors.CommaInScore,
        errors.TimeNotNumber,
        errors.OtherUnit,
        errors.NotANumber,
        errors.NotATime,
        errors.TooManyDecimals,
        errors.ScoreOutOfRange,
        errors.ScoreUnclear,
        errors.ScoreTooLow,
        errors.ScoreTooHigh,
        errors.InvalidProof,
        errors.NameInvisible,
        errors.NameTooLong,
        errors.UnitBeginsWithDigit,
        errors.UnknownTimeZone,
        errors.GraceTooLong,
        errors.MomentAhead,
        errors.NotATimeOfDay,
        errors.NotATextChannel,
        errors.EveryoneReads,
        errors.QuietHoursHalf,
        errors.NotAWeek,
        errors.UnitOfTimes,
        errors.UnitOfNewTimes,
        errors.InvalidBound,
        errors.RuleOutOfRange,
        errors.BoundsSwapped,
        errors.SeasonSwapped,
        errors.SeasonOver,
        errors.AlarmUnreadable,
        errors.AlarmBoundsSwapped,
        errors.AwardWithoutElo,
        errors.SeasonUnknown,
        errors.EventUnknown,
        errors.EventAmbiguous,
        errors.EventUnnamed,
        errors.FileTooLarge,
        errors.NotAScoreFile,
        errors.ImportUnnamed,
        errors.NothingToRemove,
        errors.NothingToRestore,
        errors.SeveralScores,
        errors.SeveralGoals,
        errors.AheadOfOneself,
        errors.SamePlayer,
        errors.WeekWithoutBoard,
        errors.NeverSubmitted,
        errors.NoScoresHere,
        errors.NoScores,
        errors.NoRemovedScores,
        errors.NoSharedEvent,
    },
    "the same command helps, later": {
        errors.CooldownActive,
        errors.ClickTooSoon,
        errors.EventNotBegun,
        errors.WeekNotBegun,
        errors.WeekWithoutScores,
        errors.WeekNotRated,
        errors.PictureNotDrawn,
        errors.Restarting,
    },
    "a button below the sentence helps": {
        errors.ScoreInQuestion,
        errors.TimeZoneAmbiguous,
        errors.WeekNotOver,
    },
    "it is as the user wants it to be": {
        errors.HasTheseRules,
        errors.NothingToImport,
        errors.ImportGone,
        errors.AlreadyTakenBack,
        errors.NothingToTakeBack,
        errors.NotExcused,
        errors.NotWithdrawn,
        errors.RemovedAlready,
        errors.RestoredAlready,
    },
    "something outside of the bot's commands helps": {
        errors.ExportTooLarge,
        errors.EventFileTooLarge,
        errors.EventFileNewer,
        errors.ChannelClosed,
        errors.ServerOnly,
        errors.NotAllowed,
        errors.BotLacksManageRoles,
        errors.RoleAboveBot,
        errors.RoleAboveAdmin,
    },
    "nothing helps": {
        errors.SubmittedByAnother,
        errors.SubmitterErased,
        errors.NothingStored,
    },
}
"""Errors for which no other command helps, with the remedy."""
NUMBER, TIME = ScoreStyle(), ScoreStyle(ScoreFormat.TIME)


def concrete(error: type[LeaderboardError]) -> Iterator[type[LeaderboardError]]:
    """Yield the errors without subclasses, and those that are raised although they have some."""
    further = error.__subclasses__()
    if not further or error in RAISED:
        yield error
    for one in further:
        yield from concrete(one)


def fields_of(error: type[LeaderboardError]) -> list[str]:
    """Return the fields of an error."""
    return list(getattr(error, "__dataclass_fields__", ()))


def example(error: type[LeaderboardError]) -> str:
    """Return the sentence of an error with example values."""
    return sentence(error(**{name: EXAMPLES[name] for name in fields_of(error)}))


EVERY = [*concrete(LeaderboardError)]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.__name__)
def test_every_error_has_a_sentence_that_its_fields_complete(error: type[LeaderboardError]) -> None:
    told = example(error)
    assert told.endswith((".", "?"))
    assert not set("{}") & set(told)


def test_a_sentence_names_the_command_that_helps_where_another_one_does() -> None:
    told = {error: example(error) for error in EVERY}
    named = {error: COMMAND.findall(text) for error, text in told.items()}
    assert {error for error, commands in named.items() if not commands} == set().union(*NO_COMMAND_HELPS.values())
    there = COMMANDS.read_text()
    assert [one for commands in named.values() for one in commands if f"`{one}" not in there] == []


def test_a_sentence_names_what_the_error_is_about() -> None:
    told = {
        errors.CooldownActive(datetime(2026, 11, 18, 12, tzinfo=UTC)): "You can submit again <t:1795003200:R>.",
        # Discord's instants are whole seconds, and the bot promises none too early.
        errors.CooldownActive(
            datetime(2026, 11, 18, 12, 0, 0, 1, tzinfo=UTC)
        ): "You can submit again <t:1795003201:R>.",
        errors.ClickTooSoon(datetime(2026, 11, 18, 12, tzinfo=UTC)): "You can press again <t:1795003200:R>.",
        errors.ScoreTooHigh("1:24", Range(None, "1:23.5", False, True), None, True, event="40L"): (
            "1:24 is too long: 40L takes times up to 1:23.5."
        ),
        errors.ScoreTooHigh("2,000,000,000", Range("1", "1,000,000,000", True, False), "points", False): (
            "2,000,000,000 is too high: this event takes scores from 1 and below 1,000,000,000 points."
        ),
        errors.ScoreTooLow("0", Range("0", None, False, False), None, False, event="*Blitz*"): (
            r"0 is too low: \*Blitz\* takes scores above 0."
        ),
        errors.ScoreTooLow("−21", Range("−20", "50", True, True), "strokes", False, event="Golf"): (
            "−21 is too low: Golf takes scores from −20 to 50 strokes."
        ),
        errors.ScoreTooLow("9s", Range("10s", None, True, False), None, True, event="40L Sprint"): (
            "9s is too short: 40L Sprint takes times of 10s or more."
        ),
        errors.NothingToRemove(5, "Golf"): (
            "No score of <@5> in Golf fits that. Pick one of those that `score` suggests."
        ),
        errors.SeasonUnknown("Golf", "5", 1): "Golf has no season “5”. It has only season 1.",
        errors.SeasonUnknown("Golf", "5", 3): "Golf has no season “5”. It has seasons 1 to 3.",
        errors.NoScores(5, "Golf"): "<@5> has no scores in Golf.",
        errors.NoOwnScoresYet(5, "Golf"): "You have no scores in Golf yet. `/submit-score` counts your first.",
        errors.NoRemovedScores(5, "Golf"): "No score of <@5> in Golf is removed, so there is nothing to restore.",
        errors.TimeNotNumber("1:2", "points", event="Blitz"): (
            "Blitz counts points, and “1:2” is a time. Type digits, such as 12345."
        ),
        errors.NotANumber("@everyone"): r"“\@everyone” is no score. Type digits, such as 12345, 12,345.5 or 12k.",
        errors.NotANumber("x" * 41): f"“{'x' * 40}…” is no score. Type digits, such as 12345, 12,345.5 or 12k.",
        errors.AmbiguousScore("15.020", EXAMPLES["readings"], "points"): (
            "Do you mean **15,020** or **15.02** points?"
        ),
        errors.OtherUnit("1200 lines", "points", "1200", event="Blitz"): "Blitz counts points. Type 1200.",
        errors.GraceTooLong(8640): "Type minutes from 0 to 8,640 (6 days).",
        errors.InvalidBound(Bound.MAX, errors.NotATime("abc")): (
            "`max`: “abc” is no time. Type it as 83.456, 1:23.456, 1:02:03.4 or 1m23s."
        ),
        errors.InvalidBound(Bound.MIN, errors.AmbiguousScore("15.020", EXAMPLES["readings"], None)): (
            "`min`: Do you mean **15,020** or **15.02**? Type 15020 or 15.02."
        ),
        errors.EventUnknown((), "chess"): "This server has no event “chess”. See them all with `/events`.",
        errors.EventUnknown(("Tetris",), "*\u202e" + "a" * 99): (
            "This server has no event “\\*" + "a" * 39 + "…”. Did you mean **Tetris**?"
        ),
        errors.EventAmbiguous(("A",)): "Which one: **A**?",
        errors.EventAmbiguous(("A_", "\u05db", "C")): "Which one: **A\\_**, **\u2068\u05db\u2069** or **C**?",
        errors.EventAmbiguous((*"ABCDEFG",)): "Which one: **A**, **B**, **C**, **D**, **E** or 2 more?",
        errors.WeekNotBegun("2026-W48", "2026-W47"): (
            "23–29 November 2026 has not begun yet. It is 16–22 November 2026 now."
        ),
        errors.WeekClosedAlready("2026-W47", EXAMPLES["ran_at"]): (
            "16–22 November 2026 was closed already, on <t:1795003200:f>. `/leaderboard` shows it."
        ),
        errors.WeekClosedEarly("2026-W47", EXAMPLES["ran_at"], "2026-W48"): (
            "16–22 Nov was closed <t:1795003200:R>. Scores since then count for 23–29 Nov, which has not begun. "
            "`/weekly-undo` opens 16–22 Nov again."
        ),
        errors.WeekWithoutScores("2026-W47"): (
            "Nobody has submitted a score for 16–22 November 2026, so there is nothing to close."
        ),
    }
    assert {error: sentence(error) for error in told} == told


def test_known_commands_are_mentions_and_nothing_that_users_type_is() -> None:
    typed = sentence(errors.EventUnknown(("`/event edit`",), "`/leaderboard`"))
    told = f"{typed} See `/event edit`, `/leaderboard season:1` or `/submit-score`."

    shown = mention_commands(told, {"event": 7, "leaderboard": 8})

    assert shown == f"{typed} See </event edit:7>, `/leaderboard season:1` or `/submit-score`."


def test_a_refused_name_is_told_how_long_it_may_be() -> None:
    told = []
    for clean, text in ((clean_event_name, "a" * 101), (clean_unit, "a" * 17), (clean_unit, "\u200b")):
        with pytest.raises(errors.InvalidName) as refusal:
            clean(text)
        told.append(sentence(refusal.value))
    assert told == [
        "An event's name can have at most 100 characters; this has 101.",
        "A unit can have at most 16 characters; this has 17.",
        "A unit needs at least one visible character.",
    ]


def test_a_refused_score_is_told_what_to_type_instead() -> None:
    hints = {
        (NUMBER, "1,5"): "Write “1,5” as 1.5. Commas only group thousands, as in 12,345.",
        (
            NUMBER,
            "99999999999999999",
        ): "“99999999999999999” is out of range. No score is below −9,007,199,254,740,991",
        (NUMBER, "1" * 300): f"“{'1' * 40}…” is too long for a score. Type at most 40 characters.",
        (NUMBER, "1.0000000001"): "“1.0000000001” has too many decimals. A score has at most 9.",
        (NUMBER, "1:23.456"): "This event counts numbers, and “1:23.456” is a time.",
        (TIME, "fast"): "“fast” is no time. Type it as 83.456, 1:23.456,",
        (TIME, "83,5"): "Write “83,5” as 83.5.",
    }
    told = {}
    for style, text in hints:
        with pytest.raises(errors.InvalidScore) as refusal:
            style.parse(text)
        told[style, text] = sentence(refusal.value)
    assert {case: hint for case, hint in told.items() if not hint.startswith(hints[case])} == {}
