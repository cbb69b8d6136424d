"""Show submissions."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from discord import Color, SelectOption
from discord.ui import FileUpload, Select, TextInput

from bot.domain.events import EventChoices, EventInfo
from bot.domain.moderation import CorrectionResult
from bot.domain.reviews import HeldScore
from bot.domain.rules import SMALL_FIELD
from bot.domain.scores import ScoreDirection, ScoreFormat, ScoreStyle, score_beyond
from bot.domain.submissions import Neighbour, SubmissionResult
from bot.errors import EventInQuestion, ScoreInQuestion
from bot.ui.card import Attachment, Card, Reply, labelled
from bot.ui.refusals import sentence
from bot.ui.standings import PROVISIONAL, STILL_SETTLING, settles_after
from bot.ui.text import (
    FIRST_STRONG_ISOLATE,
    POP_ISOLATE,
    SMALL_WIDTH,
    escape,
    escape_beside,
    escape_score,
    isolate,
    write_days,
    write_elo,
)

PROOF, SCREENSHOT = "Proof", "Screenshot"
PROOF_LINK = "A link to a picture or a video of it"
PROOF_PICTURE = "A picture, which everyone sees then"
TITLE = "Submit a score"
LONGEST_TITLE = 45
LONGEST_OPTION = 100
MOST_OPTIONS = 25
_KEY = re.compile(r"[0-9]{1,18}")
_LINK = re.compile(f"[<>{FIRST_STRONG_ISOLATE}{POP_ISOLATE}]")
"""The characters around a link in a message; a link cannot contain them."""


def show_submission(result: SubmissionResult) -> Reply:
    """Show the effect of a score in three lines; the small print says what is next and for which week it counts."""
    name, event = escape_beside(result.player.name, result.event.name), escape(result.event.name)
    if result.is_personal_best:
        lines = [f"🎉 **{name}** · {event}", _improved(result), _risen(result)]
    else:
        lines = [f"**{name}** · {event}", _short_of_best(result)]
    color = Color.green() if result.is_personal_best else Color.blurple()
    return Reply([Card(None, tuple(lines), tuple(_small(result)), color)])


def show_picture(score: SubmissionResult | HeldScore, picture: Attachment) -> Reply:
    """Show everyone the picture that a player gave as proof of a score, and say which score."""
    shown, player, event = escape_score(score.score, score.event.style), escape(score.player.name), score.event.name
    return Reply([Card(None, small=(f"Proof: {shown} · {player} · {escape(event)}",))], files=(picture,))


def show_taken_back(result: CorrectionResult) -> Reply:
    """Show, in place of a submission, that its player has taken it back."""
    style, name = result.event.style, escape(result.player.name)
    score = escape_score(result.submission.score, style)
    small = [escape(result.event.name)]
    if result.personal_best is not None:
        best = escape_score(result.personal_best, style)
        small.append(f"best {best} again" if result.changed_best else f"best {best}")
    elif result.changed_best:
        small.append("no score left")
    line = f"~~{score}~~ · taken back by **{name}**"
    return Reply([Card(None, (line,), (" · ".join(small),), Color.light_grey())])


def show_not_kept() -> Reply:
    """Tell a player that only the link that came with a screenshot was kept."""
    return Reply([Card(None, ("The screenshot was not kept; the proof is your link.",))], ephemeral=True)


def show_question(question: ScoreInQuestion | EventInQuestion, proof: str | None, picture: str | None) -> Reply:
    """Ask which score or event was meant; the caller adds the buttons, and `link_in` reads the links back."""
    links = {PROOF: proof, SCREENSHOT: picture}
    given = [(label, link.strip()) for label, link in links.items() if link is not None and link.strip()]
    lines = [line for label, link in given for line in labelled(label, isolate(f"<{link}>"))]
    return Reply([Card(None, (sentence(question), *lines), color=Color.orange())], ephemeral=True)


def show_answered(result: SubmissionResult) -> Reply:
    """Show, in place of a question, the score that has been submitted."""
    told = f"Submitted: **{result.event.style.bare(result.score)}**"
    return Reply([Card(None, (told,), color=Color.green())], ephemeral=True)


def link_in(cards: Iterable[Card], label: str = PROOF) -> str | None:
    """Return the link under a label in a message by `show_question`, or None."""
    links = (card.under(label) for card in cards)
    return next((_LINK.sub("", link) for link in links if link is not None), None)


def title_of(event: EventInfo) -> str:
    """Return the title of the modal that asks for a score for an event."""
    return isolate(event.name, LONGEST_TITLE)


def score_input(event: EventInfo | None = None) -> TextInput[Any]:
    """Ask for a score, of the given event if there is one."""
    is_time = event is not None and event.style.format is ScoreFormat.TIME
    return TextInput(custom_id="score", placeholder="1:23.456" if is_time else "12345, 12,345.5 or 12k")


def proof_input(proof: str | None = None) -> TextInput[Any]:
    """Ask for a link; one may be filled in already."""
    return TextInput(custom_id="proof", required=False, default=proof, placeholder="https://")


def screenshot_input() -> FileUpload[Any]:
    """Ask for a picture."""
    return FileUpload(custom_id="screenshot", required=False)


def ask_event(choices: EventChoices) -> Select[Any] | TextInput[Any]:
    """Ask for one of the events, with the usual one selected."""
    if len(choices.events) > MOST_OPTIONS:
        return event_input(None if choices.usual is None else choices.usual.name)
    return event_menu(
        *(
            SelectOption(label=isolate(event.name, LONGEST_OPTION), value=str(event.id), default=event == choices.usual)
            for event in choices.events
        )
    )


def event_menu(*options: SelectOption) -> Select[Any]:
    """Ask for an event in a menu; the values of the options are keys of events."""
    return Select(custom_id="event", options=list(options))


def event_input(name: str | None = None) -> TextInput[Any]:
    """Ask for the name of an event."""
    return TextInput(custom_id="event", default=name)


def key_of(menu: Select[Any]) -> int:
    """Return the key of the event chosen in a menu, or 0, which no event has."""
    chosen = menu.values[0] if menu.values else ""
    return int(chosen) if _KEY.fullmatch(chosen) else 0


def _improved(result: SubmissionResult) -> str:
    style, score = result.event.style, _bold(result.score, result.event.style)
    if result.previous_best is None:
        return score
    return f"{score} ({style.show_change(result.score, result.previous_best)})"


def _short_of_best(result: SubmissionResult) -> str:
    style = result.event.style
    return f"{_bold(result.score, style)} · best {style.bare(result.personal_best)}"


def _risen(result: SubmissionResult) -> str:
    mark = PROVISIONAL if result.previous_rank is None or result.players < SMALL_FIELD else ""
    rank, elo = f"**#{result.rank:,}** of {result.players:,}", f"**{write_elo(result.elo)}**{mark}"
    if result.previous_rank is None:
        return f"{rank} · Elo {elo}"
    if result.previous_rank != result.rank:
        rank = f"#{result.previous_rank:,} → {rank}"
    if result.previous_elo != result.elo:
        elo = f"{write_elo(result.previous_elo)} → {elo}"
    return f"{rank} · Elo {elo}"


def _small(result: SubmissionResult) -> Iterator[str]:
    style, days = result.event.style, write_days(result.week, short=True)
    parts = [days if result.closed_week is None else f"counts for {days}: this week is closed"]
    if result.neighbour is not None and result.rank > 1:
        yield _to_overtake(result, result.neighbour)
    elif result.neighbour is not None:
        parts.append(_lead(result, result.neighbour, parts[0]))
    if not result.is_personal_best:
        of_week = "your best this week" if result.closed_week is None else "your best for that week"
        parts += [of_week] if result.is_weekly_best else []
        gap = style.show_gap(result.score, result.personal_best)
        where = "short of" if result.event.direction is ScoreDirection.HIGH else "behind"
        parts.append("equals your best" if result.score == result.personal_best else f"{gap} {where} your best")
    yield " · ".join(parts)
    if result.players < SMALL_FIELD and result.is_personal_best:
        yield STILL_SETTLING
    elif result.previous_best is None:
        yield settles_after(result.event.rules.min_weeks)
    if result.proof is not None:
        yield f"proof {isolate(f'<{result.proof}>')}"


def _lead(result: SubmissionResult, neighbour: Neighbour, beside: str) -> str:
    gap = result.event.style.show_gap(result.score, neighbour.rival.score)
    text = "level with" if neighbour.rank == result.rank else f"{gap} ahead of"
    return f"{text} {_rival(neighbour, f'{beside} · {text} ')}"


def _to_overtake(result: SubmissionResult, neighbour: Neighbour) -> str:
    event = result.event
    wanted = score_beyond(neighbour.rival.score, result.score, event.direction)
    if not event.bounds.takes(wanted):
        text = f"{event.style.show_gap(result.score, neighbour.rival.score)} behind "
    else:
        text = f"{event.style.bare(wanted)} takes #{neighbour.rank:,} from "
    return f"{text}{_rival(neighbour, text)}"


def _rival(neighbour: Neighbour, beside: str) -> str:
    return escape_beside(neighbour.rival.name, beside, SMALL_WIDTH)


def _bold(score: float, style: ScoreStyle) -> str:
    unit = f" {escape(style.unit)}" if style.unit else ""
    return f"**{style.bare(score)}**{unit}"
