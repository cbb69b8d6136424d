"""`/score` and `/player`, and their buttons: each first asks the admin in private, then shows everyone the result."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from discord import ButtonStyle, Interaction, User, app_commands

from bot.cogs._admins import ADMINS
from bot.cogs._answering import actor_of, answer
from bot.cogs._buttons import EVENT, PLAYER, WEEK, IdButton, instant_of, ticks_of
from bot.cogs._questions import agree, with_answers
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events, excused_weeks, removable_scores, removed_scores
from bot.domain.moderation import (
    Correction,
    CorrectionPreview,
    CorrectionResult,
    ExcusePreview,
    ExcuseResult,
    MembershipPreview,
)
from bot.domain.servers import NewMember
from bot.domain.text import clean_display_name, clean_reason
from bot.ui.card import Reply, cards_in
from bot.ui.moderation import (
    REASON,
    read_player,
    read_reason,
    show_correction,
    show_correction_preview,
    show_excuse,
    show_excuse_preview,
    show_membership,
    show_membership_preview,
)

_OF_SUBMISSION = rf"{EVENT}:{PLAYER}:(?P<submission>[0-9]{{1,18}})"
SCORE_BUTTON_ID = re.compile(
    rf"score:(?P<action>ask-remove|remove(?:-rerun)?|restore(?:-now|-rerun)?):{_OF_SUBMISSION}"
)
_SCORE = r"(?P<score>-?[0-9]{1,16}(?:\.[0-9]{1,17})?(?:e-[0-9]{2,3})?)"
_OF_ADDITION = rf"{EVENT}:{PLAYER}:{_SCORE}:(?P<tick>[0-9]{{1,17}})"


class Moderation(ServiceCog):
    """The admins' commands for scores and players."""

    score = app_commands.Group(
        name="score", description="Admins: the scores of players", guild_only=True, default_permissions=ADMINS
    )
    player = app_commands.Group(
        name="player", description="Admins: the players of this server", guild_only=True, default_permissions=ADMINS
    )

    @score.command(name="add", description="Admins: count a score for a player, now or for when it was made")
    @app_commands.describe(
        event="The event: start typing its name",
        player="Whose score",
        score="As they would type it",
        when="21 Nov, yesterday, 2026-W47; default: now",
        reason=REASON,
    )
    @app_commands.autocomplete(event=all_events)
    async def score_add(
        self,
        interaction: Interaction[Any],
        event: str,
        player: User,
        score: str,
        when: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Show what a new score would change, and ask whether to add it."""
        member = NewMember(player.id, clean_display_name(player.name), clean_display_name(player.display_name))
        locale = str(interaction.locale)
        preview = self.services.additions.preview(actor_of(interaction), event, member, score, when, locale)
        await answer(interaction, preview, lambda result: _ask_correction(result, reason), only_reads=True)

    @score.command(name="remove", description="Admins: take a score that should not count out of an event")
    @app_commands.describe(
        event="The event: start typing its name",
        player="Whose score",
        score="Value, day or week; default: the best",
        reason=REASON,
    )
    @app_commands.autocomplete(event=all_events, score=removable_scores)
    async def score_remove(
        self,
        interaction: Interaction[Any],
        event: str,
        player: User,
        score: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Show what the removal of a submission would change, and ask whether to remove it."""
        preview = self.services.removals.preview(Correction.REMOVE, actor_of(interaction), event, player.id, score)
        await answer(interaction, preview, lambda result: _ask_correction(result, reason), only_reads=True)

    @score.command(name="restore", description="Admins: let a removed score count again")
    @app_commands.describe(
        event="The event: start typing its name",
        player="Whose score",
        score="Value, day or week; default: removed last",
        reason=REASON,
    )
    @app_commands.autocomplete(event=all_events, score=removed_scores)
    async def score_restore(
        self,
        interaction: Interaction[Any],
        event: str,
        player: User,
        score: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Show what the restoration of a submission would change, and ask whether to restore it."""
        preview = self.services.removals.preview(Correction.RESTORE, actor_of(interaction), event, player.id, score)
        await answer(interaction, preview, lambda result: _ask_correction(result, reason), only_reads=True)

    @player.command(name="withdraw", description="Admins: take a player out of all events, until they return")
    @app_commands.describe(player="Who", reason=REASON)
    async def player_withdraw(self, interaction: Interaction[Any], player: User, reason: str | None = None) -> None:
        """Show what a withdrawal would change, and ask whether to withdraw the player."""
        preview = self.services.withdrawals.preview(actor_of(interaction), player.id, is_withdrawn=True)
        await answer(interaction, preview, lambda result: _ask_membership(result, reason), only_reads=True)

    @player.command(name="return", description="Admins: bring a withdrawn player back, as they were")
    @app_commands.describe(player="Who", reason=REASON)
    async def player_return(self, interaction: Interaction[Any], player: User, reason: str | None = None) -> None:
        """Show what a return would change, and ask whether to bring the player back."""
        preview = self.services.withdrawals.preview(actor_of(interaction), player.id, is_withdrawn=False)
        await answer(interaction, preview, lambda result: _ask_membership(result, reason), only_reads=True)

    @player.command(name="excuse", description="Admins: have a week not count as missed for a player")
    @app_commands.describe(
        player="Who",
        week="2026-W47, next week, or one of its days",
        event="The one event; default: all of this server",
        reason=REASON,
    )
    @app_commands.autocomplete(event=all_events, week=excused_weeks)
    async def player_excuse(
        self,
        interaction: Interaction[Any],
        player: User,
        week: str,
        event: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Show what an excuse would change, and ask whether to give it."""
        preview = self.services.excuses.preview(actor_of(interaction), player.id, week, event, is_excused=True)
        await answer(interaction, preview, lambda result: _ask_excuse(result, reason), only_reads=True)

    @player.command(name="unexcuse", description="Admins: have an excused week count as missed again")
    @app_commands.describe(
        player="Who",
        week="2026-W47, next week, or one of its days",
        event="As when it was excused",
        reason=REASON,
    )
    @app_commands.autocomplete(event=all_events, week=excused_weeks)
    async def player_unexcuse(
        self,
        interaction: Interaction[Any],
        player: User,
        week: str,
        event: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Show what withdrawing an excuse would change, and ask whether to do so."""
        preview = self.services.excuses.preview(actor_of(interaction), player.id, week, event, is_excused=False)
        await answer(interaction, preview, lambda result: _ask_excuse(result, reason), only_reads=True)


class AddButton(IdButton, template=rf"score:add:{_OF_ADDITION}"):
    """Adds the score that the message describes, for the player and with the reason in the message."""

    def __init__(self, event_id: int, discord_id: int, score: float, at: datetime, label: str = "Add") -> None:
        """Add a score for the player `discord_id`."""
        self.event_id, self.discord_id, self.score, self.at = event_id, discord_id, score, at
        custom_id = f"score:add:{event_id}:{discord_id}:{score!r}:{ticks_of(at)}"
        super().__init__(label, custom_id, ButtonStyle.success)

    @classmethod
    def from_id(cls, match: re.Match[str]) -> "AddButton":
        """Rebuild a button from its id."""
        at = instant_of(int(match["tick"]))
        return cls(int(match["event"]), int(match["player"]), float(match["score"]), at)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Add the score, and show everyone."""
        name = clean_display_name(read_player(cards_in(interaction.message)) or str(self.discord_id))
        additions, actor = services_of(interaction).additions, actor_of(interaction)
        if interaction.message is not None:
            # Two clicks on one question add one score.
            actor = replace(actor, interaction_id=interaction.message.id)
        member = NewMember(self.discord_id, name, name)
        added = additions.add(actor, self.event_id, member, self.score, self.at, _reason_in(interaction))
        await agree(interaction, added, show_counting)


class ScoreButton(IdButton, template=SCORE_BUTTON_ID):
    """Removes or restores the submission that the message describes, or asks whether to.

    Actions that end in `rerun` also run its closed week again. After the other actions, a closed week keeps its
    results.
    """

    LABELS: ClassVar = {
        "ask-remove": "Remove",
        "remove": "Remove",
        "remove-rerun": "Remove and run again",
        "restore": "Restore",
        "restore-now": "Restore",
        "restore-rerun": "Restore and run again",
    }
    STYLES: ClassVar = {
        "ask-remove": ButtonStyle.secondary,
        "remove": ButtonStyle.danger,
        "remove-rerun": ButtonStyle.danger,
        "restore": ButtonStyle.secondary,
        "restore-now": ButtonStyle.success,
        "restore-rerun": ButtonStyle.success,
    }

    def __init__(self, action: str, event_id: int, discord_id: int, submission_id: int) -> None:
        """Do `action` with a submission of a player to an event; `restore` only asks, as `ask-remove` does."""
        self.action, self.event_id, self.discord_id, self.submission_id = action, event_id, discord_id, submission_id
        custom_id = f"score:{action}:{event_id}:{discord_id}:{submission_id}"
        super().__init__(self.LABELS[action], custom_id, self.STYLES[action])

    @classmethod
    def of(cls, action: str, result: CorrectionPreview | CorrectionResult) -> "ScoreButton":
        """Return the button for a submission."""
        return cls(action, result.event.id, result.player.discord_id, result.submission.id)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Correct the submission and show everyone; or show what the correction would change, and ask."""
        removals, actor = services_of(interaction).removals, actor_of(interaction)
        submission = self.event_id, self.discord_id, f"#{self.submission_id}"
        if self.action in ("ask-remove", "restore"):
            correction = Correction.REMOVE if self.action == "ask-remove" else Correction.RESTORE
            asked = removals.preview(correction, actor, *submission)
            await answer(interaction, asked, lambda result: _ask_correction(result, None), only_reads=True)
            return
        is_removal, reruns_week = self.action.startswith("remove"), self.action.endswith("rerun")
        change = removals.remove if is_removal else removals.restore
        changed = change(actor, *submission, _reason_in(interaction), reruns_week=reruns_week)
        await agree(interaction, changed, _show_removal if is_removal else show_counting)


class MembershipButton(IdButton, template=rf"player:(?P<change>withdraw|return):{PLAYER}"):
    """Withdraws the player whom the message describes, or brings them back."""

    def __init__(self, discord_id: int, *, is_withdrawn: bool) -> None:
        """Withdraw the player `discord_id`, or bring them back."""
        self.discord_id, self.is_withdrawn = discord_id, is_withdrawn
        change, label = ("withdraw", "Withdraw") if is_withdrawn else ("return", "Bring back")
        style = ButtonStyle.danger if is_withdrawn else ButtonStyle.success
        super().__init__(label, f"player:{change}:{discord_id}", style)

    @classmethod
    def from_id(cls, match: re.Match[str]) -> "MembershipButton":
        """Rebuild a button from its id."""
        return cls(int(match["player"]), is_withdrawn=match["change"] == "withdraw")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Withdraw the player or bring them back, and show everyone."""
        withdrawals, actor = services_of(interaction).withdrawals, actor_of(interaction)
        change = withdrawals.withdraw if self.is_withdrawn else withdrawals.bring_back
        await agree(interaction, change(actor, self.discord_id, _reason_in(interaction)), show_membership)


class ExcuseButton(IdButton, template=rf"excuse:(?P<action>give|ask|take):{EVENT}:{PLAYER}:{WEEK}"):
    """Excuses a player from a week, withdraws an excuse, or asks whether to withdraw it."""

    LABELS: ClassVar = {"give": "Excuse", "ask": "Take back", "take": "Take back"}
    STYLES: ClassVar = {"give": ButtonStyle.success, "ask": ButtonStyle.secondary, "take": ButtonStyle.danger}

    def __init__(self, action: str, event_id: int, discord_id: int, week: str) -> None:
        """Do `action` for a week, such as 2026-W47; event 0 means all events of the server."""
        self.action, self.event_id, self.discord_id, self.week = action, event_id, discord_id, week
        custom_id = f"excuse:{action}:{event_id}:{discord_id}:{week}"
        super().__init__(self.LABELS[action], custom_id, self.STYLES[action])

    @classmethod
    def of(cls, action: str, result: ExcuseResult) -> "ExcuseButton":
        """Return the button for an excuse."""
        event_id = 0 if result.event is None else result.event.id
        return cls(action, event_id, result.player.discord_id, str(result.week))

    async def press(self, interaction: Interaction[Any]) -> None:
        """Give or withdraw the excuse and show everyone; or ask first."""
        excuses, actor = services_of(interaction).excuses, actor_of(interaction)
        excused = self.discord_id, self.week, self.event_id or None
        if self.action == "ask":
            preview = excuses.preview(actor, *excused, is_excused=False)
            await answer(interaction, preview, lambda result: _ask_excuse(result, None), only_reads=True)
            return
        change = excuses.excuse if self.action == "give" else excuses.take_back
        await agree(interaction, change(actor, *excused, _reason_in(interaction)), _show_excuse)


def show_counting(result: CorrectionResult) -> Reply:
    """Show that a score counts, with a button to remove it."""
    return show_correction(result).with_buttons([ScoreButton.of("ask-remove", result)])


def _show_removal(result: CorrectionResult) -> Reply:
    return show_correction(result).with_buttons([ScoreButton.of("restore", result)])


def _show_excuse(result: ExcuseResult) -> Reply:
    shown = show_excuse(result)
    return shown.with_buttons([ExcuseButton.of("ask", result)]) if result.is_excused else shown


def _reason_in(interaction: Interaction[Any]) -> str | None:
    """Return the reason that the question shows; None if it shows none."""
    return read_reason(cards_in(interaction.message))


def _ask_correction(preview: CorrectionPreview, reason: str | None) -> Reply:
    why = clean_reason(reason)
    return with_answers(show_correction_preview(preview, why), _answers(preview), why)


def _answers(preview: CorrectionPreview) -> list[IdButton]:
    has_week = preview.with_week is not None
    if preview.correction is Correction.ADD:
        submission, label = preview.submission, "Add and run again" if has_week else "Add"
        at = submission.submitted_at.astimezone(UTC)
        return [AddButton(preview.event.id, preview.player.discord_id, submission.score, at, label)]
    is_removal = preview.correction is Correction.REMOVE
    actions = ("remove", "remove-rerun") if is_removal else ("restore-now", "restore-rerun")
    return [ScoreButton.of(action, preview) for action in (actions if has_week else actions[:1])]


def _ask_membership(preview: MembershipPreview, reason: str | None) -> Reply:
    why = clean_reason(reason)
    do = MembershipButton(preview.player.discord_id, is_withdrawn=preview.is_withdrawn)
    return with_answers(show_membership_preview(preview, why), [do], why)


def _ask_excuse(preview: ExcusePreview, reason: str | None) -> Reply:
    why = clean_reason(reason)
    action = "give" if preview.result.is_excused else "take"
    return with_answers(show_excuse_preview(preview, why), [ExcuseButton.of(action, preview.result)], why)
