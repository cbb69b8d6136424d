"""Show admins' corrections of scores and players."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from discord import Color
from discord.ui import TextInput
from discord.utils import format_dt

from bot.domain.events import EventInfo
from bot.domain.moderation import (
    Consequences,
    Correction,
    CorrectionPreview,
    CorrectionResult,
    EventConsequences,
    ExcusePreview,
    ExcuseResult,
    LoggedSubmission,
    MembershipPreview,
    MembershipResult,
    Place,
)
from bot.domain.scores import ScoreStyle
from bot.domain.standings import Board
from bot.domain.text import MAX_REASON
from bot.ui.card import DONE, Card, Reply, labelled
from bot.ui.text import (
    LONGEST_NAME,
    count_of,
    escape,
    escape_score,
    escape_start,
    isolate_score,
    unescape,
    write_days,
    write_elo,
)

REASON = "Why; everyone in the channel can read it"
"""The description of the option for a reason."""
WHY = "Why (everyone can read it)"
"""The label of a reason, in forms and in questions. `read_reason` finds the reason of a question by it."""
WHO = "Player"
MOST_EVENTS = 4
"""The most events that a message about a player names."""

_ASKED = {
    Correction.ADD: "Add {score}?",
    Correction.REMOVE: "Remove {player}'s score of {score}?",
    Correction.RESTORE: "Restore {player}'s score of {score}?",
    Correction.APPROVE: "Approve {player}'s score of {score}?",
}
_DONE = {
    Correction.ADD: ("Score added", Color.green()),
    Correction.REMOVE: ("Score removed", Color.orange()),
    Correction.RESTORE: ("Score restored", Color.green()),
    Correction.APPROVE: ("Score approved", Color.green()),
}
_BEST = {
    Correction.ADD: "The personal best would be **{best}**",
    Correction.REMOVE: "The personal best would be **{best}** again",
    Correction.RESTORE: "The personal best would be **{best}** again",
    Correction.APPROVE: "The personal best would be **{best}**",
}


def show_correction_preview(preview: CorrectionPreview, reason: str | None) -> Reply:
    """Show privately what a correction would change, and the reason that would be recorded."""
    score, player = _score(preview.submission), escape(preview.player.name)
    who = labelled(WHO, player) if preview.correction is Correction.ADD else ()
    lines = [_where(preview), *who, *_corrected(preview), *_why(reason)]
    heading = _ASKED[preview.correction].format(score=score, player=player)
    return Reply([Card(heading, tuple(lines), color=Color.orange())], ephemeral=True)


def show_membership_preview(preview: MembershipPreview, reason: str | None) -> Reply:
    """Show privately what a withdrawal or a return would change, and the reason that would be recorded."""
    name = escape(preview.player.name)
    heading = f"Withdraw {name} from all events?" if preview.is_withdrawn else f"Bring {name} back into all events?"
    lines = [*_of_events(preview.events, "No board changes now."), *_why(reason)]
    return Reply([Card(heading, tuple(lines), color=Color.orange())], ephemeral=True)


def show_excuse_preview(preview: ExcusePreview, reason: str | None) -> Reply:
    """Show privately what giving or withdrawing an excuse would change, and the reason that would be recorded."""
    result, days = preview.result, write_days(preview.result.week, year=True)
    name, where = escape(result.player.name), "all events" if result.event is None else escape(result.event.name)
    if result.is_excused:
        heading = f"Excuse {name}?"
        rule = "A week without a score does not count then; one with a score counts as any other."
    else:
        heading, rule = f"Take back {name}'s excuse?", _missed_again(result, where)
    lines = [f"{days} · {where}", rule, *_of_events(preview.events, "No closed week changes."), *_why(reason)]
    return Reply([Card(heading, tuple(lines), color=Color.orange())], ephemeral=True)


def read_reason(cards: Iterable[Card]) -> str | None:
    """Return the reason in a question that this module has written."""
    return _read(cards, WHY)


def with_reason(question: Sequence[Card], reason: str | None) -> list[Card]:
    """Return the cards of a question with the reason, which everyone will read."""
    first, *others = question
    return [replace(first, lines=(*first.lines, *_why(reason))), *others]


def read_player(cards: Iterable[Card]) -> str | None:
    """Return the player's name in a question that `show_correction_preview` has written about an addition."""
    return _read(cards, WHO)


def _read(cards: Iterable[Card], label: str) -> str | None:
    found = (card.under(label) for card in cards)
    return next((unescape(text) for text in found if text is not None), None)


def show_kept() -> Reply:
    """Show that nothing was done."""
    return Reply([Card(None, ("Nothing was changed.",), is_framed=False)], ephemeral=True)


def reason_input(*, is_required: bool = True) -> TextInput[Any]:
    """Ask for a reason."""
    return TextInput(custom_id="reason", required=is_required, max_length=MAX_REASON)


def show_agreed(then: str | None = None) -> Reply:
    """Show the admin, in place of the question, that it is done, and what is next; everyone sees the result below."""
    return Reply([Card(None, (DONE,), () if then is None else (then,), is_framed=False)], ephemeral=True)


def show_correction(result: CorrectionResult) -> Reply:
    """Show which score was corrected, how and why, and the player's new personal best."""
    title, color = _DONE[result.correction]
    lines = [f"**{escape(result.player.name)}**'s score of **{_score(result.submission)}**", _where(result)]
    lines += labelled("Personal best", _best_after(result))
    lines += tell_reason(result.reason)
    if result.week_is_closed:
        lines += labelled("Closed week", _closed_week(result))
    return Reply([Card(title, tuple(lines), color=color)])


def name_submission(submission: LoggedSubmission) -> str:
    """Name a submission in the list of suggestions."""
    shown = submission.style.show(submission.score)
    return str(submission).replace(shown, isolate_score(submission.score, submission.style), 1)


def show_membership(result: MembershipResult) -> Reply:
    """Show that a player has been withdrawn, or is back."""
    name, number = escape(result.player.name), len(result.events)
    named = f"{count_of(number, 'event')}: {_names(result.events)}" if number else "all events"
    if result.is_withdrawn:
        title = "Player withdrawn"
        lines = [f"**{name}** is withdrawn from {named}.", "`/player return` brings them back as they were."]
    else:
        title, lines = "Player returned", [f"**{name}** is back in {named}."]
    color = Color.orange() if result.is_withdrawn else Color.green()
    return Reply([Card(title, (*lines, *tell_reason(result.reason)), color=color)])


def show_excuse(result: ExcuseResult) -> Reply:
    """Show that a week does not count as missed for a player, or does again."""
    title = "Week excused" if result.is_excused else "Excuse taken back"
    event = None if result.event is None else escape(result.event.name)
    if result.is_excused:
        told = f"The week does not count as missed in {event or 'any event'}."
    else:
        told = _missed_again(result, event or "all events")
    lines = [f"**{escape(result.player.name)}** · {write_days(result.week, year=True)}", told]
    if result.events:
        lines += labelled("Closed weeks that changed", _names(result.events))
    lines += tell_reason(result.reason)
    return Reply([Card(title, tuple(lines), color=Color.green() if result.is_excused else Color.orange())])


def _missed_again(result: ExcuseResult, where: str) -> str:
    """Tell whether a week counts as missed after an excuse was taken back; another excuse for it may remain."""
    if result.has_other and result.event is not None:
        return "The week still does not count as missed: the excuse from all events remains."
    exception = ", except where the excuse from a single event remains" if result.has_other else ""
    return f"The week counts as missed in {where} if it has no score{exception}."


def _names(events: Sequence[EventInfo]) -> str:
    names = ", ".join(escape(event.name) for event in events[:MOST_EVENTS])
    return names if len(events) <= MOST_EVENTS else f"{names} and {len(events) - MOST_EVENTS:,} more"


def _corrected(preview: CorrectionPreview) -> list[str]:
    days = write_days(preview.submission.week)
    lines = [_best(preview), *tell_moves(preview.consequences, days)]
    if not preview.week_is_closed:
        return lines
    if preview.correction is Correction.ADD:
        return [*lines, f"{days} is closed, and would be run again with the score."]
    state = "keep" if preview.was_counted else "do not count"
    lines.append(f"{days} is closed, and its results {state} the score.")
    if preview.with_week is not None:
        which = "with" if preview.correction is Correction.RESTORE else "without"
        lines += labelled(f"If {days} is run again {which} it", _own_elo(preview.with_week))
        lines += tell_moves(preview.with_week, days)
    return lines


def _own_elo(consequences: Consequences) -> str:
    before, after = consequences.event_elos
    if before == after:
        return "There is no event Elo." if after is None else f"The event Elo stays {write_elo(after)}."
    if after is None:
        return f"The event Elo, {write_elo(before)} now, would be gone."
    told = f"would be {write_elo(after)}" if before is None else f"goes from {write_elo(before)} to {write_elo(after)}"
    return f"The event Elo {told}."


def tell_moves(consequences: Consequences, days: str | None) -> list[str]:
    """Say whose Elos would move and which podiums would change; `days` name the week of a podium."""
    moved, most = consequences.elos_moved, consequences.most_moved
    if moved:
        whose = "1 other player's Elo moves" if moved == 1 else f"{moved:,} others' Elos move"
        lines = [f"{whose}, by {most:,} at most."]
    else:
        lines = ["No other player's Elo moves."]
    for podium in consequences.podiums:
        board = f"The podium of {days}" if podium.board is Board.WEEK else f"The {podium.board} podium"
        left = ", ".join(escape_start(player.name, LONGEST_NAME) for player in podium.players)
        lines.append(f"{board} would be {left}." if left else f"{board} would be empty.")
    return lines


def _best(preview: CorrectionPreview) -> str:
    before, after = preview.consequences.before, preview.consequences.after
    if after is None:
        if before is None:
            return "The player is withdrawn, so no board changes now."
        return f"It is {escape(preview.player.name)}'s only score (#{before.rank:,}): they would leave the leaderboard."
    best = escape_score(after.score, preview.event.style)
    if before is None:
        return f"It would be the first score that counts: #{after.rank:,}."
    if before.score == after.score:
        return f"The personal best stays **{best}** (#{before.rank:,})."
    return f"{_BEST[preview.correction].format(best=best)} ({tell_ranks(before, after)})."


def tell_ranks(before: Place, after: Place) -> str:
    """Say from which rank to which one a player would come."""
    return f"still #{before.rank:,}" if before.rank == after.rank else f"#{before.rank:,} → #{after.rank:,}"


def _of_events(events: Iterable[EventConsequences], nothing: str) -> list[str]:
    lines: list[str] = []
    of_events = [*events]
    for one in of_events[:MOST_EVENTS]:
        lines += [f"**{escape(one.event.name)}** · {_player(one)}", *tell_moves(one.consequences, None)]
    if len(of_events) > MOST_EVENTS:
        lines.append(f"And {count_of(len(of_events) - MOST_EVENTS, 'more event')}.")
    return lines or [nothing]


def _player(one: EventConsequences) -> str:
    before, after = one.consequences.before, one.consequences.after
    if before is not None and after is None:
        return f"leaves #{before.rank:,}"
    if before is None and after is not None:
        return f"back at #{after.rank:,}"
    elo_before, elo_after = one.consequences.event_elos
    if elo_before == elo_after:
        return "no event Elo" if elo_after is None else f"event Elo stays {write_elo(elo_after)}"
    return f"event Elo {write_elo(elo_before)} → {write_elo(elo_after)}"


def _best_after(result: CorrectionResult) -> str:
    style: ScoreStyle = result.event.style
    if result.personal_best is not None:
        before = f" (was {_score(result.submission)})"
        was_best = result.correction is Correction.REMOVE and result.changed_best
        return escape_score(result.personal_best, style) + (before if was_best else "")
    if result.correction is Correction.REMOVE:
        return "None left: no longer on the leaderboard." if result.changed_best else "None: the player is withdrawn."
    return "None: the player is withdrawn, and it counts once they return."


def _closed_week(result: CorrectionResult) -> str:
    days = write_days(result.submission.week)
    if result.week_is_rerun:
        which = "without" if result.correction is Correction.REMOVE else "with"
        return f"{days} was run again {which} the score: its Elos and all averages follow."
    if result.correction is Correction.REMOVE and result.was_counted:
        return f"{days} is closed already, and its results keep the score."
    return f"{days} is closed already, and its results stay as they are."


def _why(reason: str | None) -> tuple[str, ...]:
    return () if reason is None else labelled(WHY, escape(reason))


def tell_reason(reason: str | None) -> tuple[str, ...]:
    """Say why an admin did something, if there is a reason."""
    return () if reason is None else labelled("Reason", escape(reason))


def _where(result: CorrectionPreview | CorrectionResult) -> str:
    at, week = result.submission.submitted_at, result.submission.week
    later = f", counts for {write_days(week, short=True)}" if at.date() < week.monday else ""
    return f"{escape(result.event.name)} · {format_dt(at, 'f')}{later}"


def _score(submission: LoggedSubmission) -> str:
    return escape_score(submission.score, submission.style)
