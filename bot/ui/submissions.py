"""Show submissions."""

import re
from collections.abc import Iterable
from typing import Any

from discord import Color, SelectOption
from discord.ui import FileUpload, Select, TextInput

from bot.domain.events import EventChoices, EventInfo
from bot.domain.scores import ScoreFormat
from bot.domain.submissions import SubmissionResult
from bot.errors import ScoreInQuestion
from bot.ui.card import Card, labelled
from bot.ui.refusals import sentence
from bot.ui.reply import Reply
from bot.ui.text import FIRST_STRONG_ISOLATE, POP_ISOLATE, escape, escape_score, isolate

PROOF = "Proof"
PROOF_LINK = "A link to a picture or a video of it"
PROOF_PICTURE = "A picture of it, if you have no link"
TITLE = "Submit a score"
LONGEST_TITLE = 45
LONGEST_OPTION = 100
MOST_OPTIONS = 25
_KEY = re.compile(r"[0-9]{1,18}")
_LINK = re.compile(f"[<>{FIRST_STRONG_ISOLATE}{POP_ISOLATE}]")
"""What stands around a link; none of it can be in one."""


def show_submission(result: SubmissionResult) -> Reply:
    """Show what a score changed: personal best, rank, Elo, and the week that it counts for."""
    style = result.event.style
    title = "🎉 New Personal Best!" if result.is_personal_best else "Score submitted"
    lines = [
        f"**{escape(result.player.name)}** in **{escape(result.event.name)}**",
        *labelled("Score", escape_score(style.show(result.score), style)),
    ]
    if result.previous_best is not None and result.is_personal_best:
        before = escape_score(style.show(result.previous_best), style)
        change = escape_score(f"({style.show_change(result.score, result.previous_best)}", style)
        lines += labelled("Previous best", f"{before} {change})")
    elif not result.is_personal_best:
        lines += labelled("Personal best", escape_score(style.show(result.personal_best), style))
    lines += labelled("Rank", f"#{result.rank} of {result.players}")
    lines += labelled("All-time Elo", str(result.elo))
    if result.proof is not None:
        lines += _proof(result.proof)
    color = Color.green() if result.is_personal_best else Color.blurple()
    return Reply([Card(title, tuple(lines), (_footer(result),), color)])


def show_question(question: ScoreInQuestion, proof: str | None) -> Reply:
    """Ask which score was meant; the buttons below come from the caller, and `proof_in` finds the link again."""
    link = _proof(proof.strip()) if proof is not None and proof.strip() else ()
    return Reply([Card(None, (sentence(question), *link), color=Color.orange())], ephemeral=True)


def show_answered(shown: str) -> Reply:
    """Show what became of a question: the score that was meant is submitted."""
    return Reply([Card(None, (f"Submitted: **{shown}**",), color=Color.green())], ephemeral=True)


def proof_in(cards: Iterable[Card]) -> str | None:
    """Return the link of a message that `show_question` made, or None."""
    links = (card.under(PROOF) for card in cards)
    return next((_LINK.sub("", link) for link in links if link is not None), None)


def title_of(event: EventInfo) -> str:
    """Return the title of the modal that asks for a score for an event."""
    return isolate(event.name, LONGEST_TITLE)


def score_input(event: EventInfo | None = None) -> TextInput[Any]:
    """Ask for a score, of an event if it is known."""
    is_time = event is not None and event.style.format is ScoreFormat.TIME
    return TextInput(custom_id="score", placeholder="1:23.456" if is_time else "12345, 12,345.5 or 12k")


def proof_input(proof: str | None = None) -> TextInput[Any]:
    """Ask for a link, where one may be there already."""
    return TextInput(custom_id="proof", required=False, default=proof, placeholder="https://")


def screenshot_input() -> FileUpload[Any]:
    """Ask for a picture."""
    return FileUpload(custom_id="screenshot", required=False)


def ask_event(choices: EventChoices) -> Select[Any] | TextInput[Any]:
    """Ask for one of the events, where the usual one is chosen already."""
    if len(choices.events) > MOST_OPTIONS:
        return event_input(None if choices.usual is None else choices.usual.name)
    return event_menu(
        *(
            SelectOption(label=isolate(event.name, LONGEST_OPTION), value=str(event.id), default=event == choices.usual)
            for event in choices.events
        )
    )


def event_menu(*options: SelectOption) -> Select[Any]:
    """Ask for an event of some, by their keys."""
    return Select(custom_id="event", options=list(options))


def event_input(name: str | None = None) -> TextInput[Any]:
    """Ask for the name of an event."""
    return TextInput(custom_id="event", default=name)


def key_of(menu: Select[Any]) -> int:
    """Return the key of the event that was chosen in a menu, or 0, which no event has."""
    chosen = menu.values[0] if menu.values else ""
    return int(chosen) if _KEY.fullmatch(chosen) else 0


def _proof(proof: str) -> tuple[str, str]:
    return labelled(PROOF, isolate(f"<{proof}>"))


def _footer(result: SubmissionResult) -> str:
    counts = f"Counts for this week ({result.week})"
    if result.closed_week is not None:
        which = "next week" if result.week == result.closed_week.next() else "a later week"
        counts = f"Counts for {which} ({result.week}), since this one is closed"
    return f"{counts} · your best of the week" if result.is_weekly_best else counts
