"""The actions of admins in a server, as the audit log records them; `bot.ui.audit` has the words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.domain.moderation import LoggedSubmission
from bot.domain.roles import Award
from bot.domain.scores import ScoreDirection, ScoreFormat, ScoreStyle
from bot.domain.servers import PlayerName

ITSELF = 0
"""The actor of what the bot does without an admin's request; no Discord user has this id."""


class Action(StrEnum):
    """An action of an admin, or of the bot itself; the value is the name that the audit log shows."""

    CREATE_EVENT = "event create"
    EDIT_EVENT = "event edit"
    CHANGE_RULES = "event rules"
    BEGIN_AGAIN = "event begin-again"
    AWARD_ROLE = "event role"
    POST_BOARD = "board post"
    REMOVE_BOARD = "board remove"
    CLOSE_WEEK = "weekly reset"
    REOPEN_WEEK = "weekly undo"
    ADD_SCORE = "add score"
    REMOVE_SCORE = "remove score"
    RESTORE_SCORE = "restore score"
    APPROVE_SCORE = "approve score"
    REFUSE_SCORE = "refuse score"
    WITHDRAW_PLAYER = "withdraw player"
    RETURN_PLAYER = "return player"
    EXCUSE_PLAYER = "excuse player"
    TAKE_BACK_EXCUSE = "take back excuse"
    CHANGE_SETTINGS = "settings"
    IMPORT_EVENT = "import event"
    IMPORT_SCORES = "import scores"
    TAKE_IMPORT_BACK = "take import back"
    IMPORT_TOURNAMENT = "import tournament"


Value = str | int | float | bool | None
"""The value of a rule, an option or a setting. Discord's ids are texts, since many programs round numbers so large."""


@dataclass(frozen=True, slots=True)
class NoDetail:
    """Adds nothing to an action that its event tells in full."""


@dataclass(frozen=True, slots=True)
class EventDetail:
    """A new event: what is best in it."""

    direction: ScoreDirection
    format: ScoreFormat


@dataclass(frozen=True, slots=True)
class ChangeDetail:
    """A change of rules, options or settings.

    Attributes:
        changes: the value before and after by the name of what was changed. The values may be equal.
        format: the format of the event's scores, which are the fractional values; None for changes without scores.
    """

    changes: Mapping[str, tuple[Value, Value]]
    format: ScoreFormat | None = None


def id_text(discord_id: int | None) -> str | None:
    """Return an id of Discord as the audit log stores it."""
    return None if discord_id is None else str(discord_id)


def changes_between(before: Mapping[str, Value], after: Mapping[str, Value]) -> dict[str, tuple[Value, Value]]:
    """Return the values that differ, before and after, by name."""
    return {name: (value, after[name]) for name, value in before.items() if value != after[name]}


@dataclass(frozen=True, slots=True)
class SeasonDetail:
    """A new season: its number, and the number and the name of the archived one."""

    season: int
    archived: int
    archived_name: str


@dataclass(frozen=True, slots=True)
class RoleDetail:
    """The award of a role; see `bot.domain.roles.RoleAward`."""

    role_id: str
    award: Award
    elo: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelDetail:
    """The channel of a board."""

    channel_id: str


@dataclass(frozen=True, slots=True)
class WeekDetail:
    """A week, such as 2026-W47, and how many played in it; None for an action that does not depend on that."""

    week: str
    players: int | None = None


@dataclass(frozen=True, slots=True)
class ScoreDetail:
    """A score.

    Attributes:
        score: in points or seconds.
        unit: the unit that the event had; None for none.
        submission: the key of its row in the log; None for a score that is in no log, as are the next two.
        week: the week that it counts for, such as 2026-W47.
        is_rerun: whether that week, which was closed, was run again.
    """

    score: float
    format: ScoreFormat
    unit: str | None = None
    submission: int | None = None
    submitted_at: datetime | None = None
    week: str | None = None
    is_rerun: bool = False

    @classmethod
    def of(cls, submission: LoggedSubmission, *, is_rerun: bool) -> "ScoreDetail":
        """Return the detail of a correction of a submission."""
        style, at = submission.style, submission.submitted_at.astimezone(UTC)
        return cls(submission.score, style.format, style.unit, submission.id, at, str(submission.week), is_rerun)

    @property
    def style(self) -> ScoreStyle:
        """The style of its event at that time."""
        return ScoreStyle(self.format, self.unit)


@dataclass(frozen=True, slots=True)
class MembershipDetail:
    """A withdrawal or a return: the number of events that the player left or returned to."""

    events: int


@dataclass(frozen=True, slots=True)
class ImportDetail:
    """Imported scores, or scores whose import was taken back.

    Attributes:
        players: whose scores they are; None if nobody counted them.
        closed_weeks: how many closed weeks came along; None for scores alone.
        run_again: the closed weeks that were run again, such as 2026-W47.
    """

    scores: int
    players: int | None = None
    closed_weeks: int | None = None
    run_again: tuple[str, ...] = ()


Detail = (
    NoDetail
    | EventDetail
    | ChangeDetail
    | SeasonDetail
    | RoleDetail
    | ChannelDetail
    | WeekDetail
    | ScoreDetail
    | MembershipDetail
    | ImportDetail
)
"""What the audit log stores about an action: numbers, names of events and what admins chose for the server. No detail
names a player, so an erasure need not look for one here."""

DETAILS: Mapping[Action, type[Detail]] = {
    Action.CREATE_EVENT: EventDetail,
    Action.EDIT_EVENT: ChangeDetail,
    Action.CHANGE_RULES: ChangeDetail,
    Action.BEGIN_AGAIN: SeasonDetail,
    Action.AWARD_ROLE: RoleDetail,
    Action.POST_BOARD: ChannelDetail,
    Action.REMOVE_BOARD: NoDetail,
    Action.CLOSE_WEEK: WeekDetail,
    Action.REOPEN_WEEK: WeekDetail,
    Action.ADD_SCORE: ScoreDetail,
    Action.REMOVE_SCORE: ScoreDetail,
    Action.RESTORE_SCORE: ScoreDetail,
    Action.APPROVE_SCORE: ScoreDetail,
    Action.REFUSE_SCORE: ScoreDetail,
    Action.WITHDRAW_PLAYER: MembershipDetail,
    Action.RETURN_PLAYER: MembershipDetail,
    Action.EXCUSE_PLAYER: WeekDetail,
    Action.TAKE_BACK_EXCUSE: WeekDetail,
    Action.CHANGE_SETTINGS: ChangeDetail,
    Action.IMPORT_EVENT: ImportDetail,
    Action.IMPORT_SCORES: ImportDetail,
    Action.TAKE_IMPORT_BACK: ImportDetail,
    Action.IMPORT_TOURNAMENT: ImportDetail,
}
"""The kind of detail of each action. A field that is added to a kind needs a default: rows without it stay."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An action.

    Attributes:
        actor_id: Discord's id of the admin; `ITSELF` for the bot.
        event: the current name of the event, not escaped; None if the action concerned no event.
        player: the player whom the action concerned, or None.
        detail: what was done, of the kind in `DETAILS`, with texts that are not escaped; None if another version of the
            bot stored what this one cannot read.
        reason: the admin's reason, not escaped; None if the admin gave none.
    """

    done_at: datetime
    actor_id: int
    action: Action
    event: str | None
    player: PlayerName | None
    detail: Detail | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the actions in a server, the latest first.

    Attributes:
        event_id: the key of the event to which the page is limited; None for no limit.
        discord_id: Discord's id of the player to whom the page is limited; None for no limit.
        page: from 0.
        pages: at least 1.
        actions: the number of actions on all pages.
    """

    entries: tuple[AuditEntry, ...]
    event_id: int | None
    discord_id: int | None
    page: int
    pages: int
    actions: int
