"""Details of actions: data that services record, and words that `/audit` finds for them."""

import ast
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.database.models import AuditLog
from bot.domain.audit import (
    DETAILS,
    Action,
    AuditEntry,
    AuditPage,
    ChangeDetail,
    ChannelDetail,
    Detail,
    EventDetail,
    ImportDetail,
    MembershipDetail,
    NoDetail,
    RoleDetail,
    ScoreDetail,
    SeasonDetail,
    WeekDetail,
)
from bot.domain.roles import Award
from bot.domain.rules import Rules
from bot.domain.scores import ScoreDirection, ScoreFormat
from bot.domain.servers import ServerSettings
from bot.services.events import EventOptions
from bot.services.servers import record
from bot.ui.audit import audit_card
from tests import tables
from tests.backends import ADMIN, EVENT, NOON, TestBackend
from tests.one_database import on_one_database

SERVICES = Path(__file__).parents[2] / "bot" / "services"
AT = f"<t:{int(NOON.timestamp())}:f>"
SCORE = ScoreDetail(18_900, ScoreFormat.NUMBER, "pts_", 7, NOON, "2026-W47", is_rerun=True)

EDITED = ChangeDetail(
    {
        "name": ("40L", "40L_Sprint"),
        "format": ("number", "time"),
        "unit": ("points", None),
        "min_score": (None, 83.5),
        "max_score": (10.0, 90.0),
        "is_active": (True, False),
        "direction": ("HIGH", "LOW"),
        "default_channel_id": ("5", None),
        "first_week": (None, "2026-W47"),
        "last_week": ("2026-W50", "2026-W50"),
        "alarm": (150, 1200),
        "alarm_min": (None, 60.0),
        "alarm_max": (None, None),
    },
    ScoreFormat.TIME,
)
RULES = ChangeDetail(
    {
        "direction": ("HIGH", "LOW"),
        "method": ("classic", "ranks"),
        "uses_logarithm": (False, True),
        "attendance": ("zero", "best"),
        "best_of": (6, 4),
        "last_weeks": (10, 8),
        "all_time_weight": (0.5, 0.75),
        "missed_week_elo": (None, -100),
        "min_weeks": (1, 2),
        "min_field": (1, 4),
    }
)
SETTINGS = ChangeDetail(
    {
        "time_zone": ("UTC", "America/New_York"),
        "admin_role_id": (None, "6"),
        "closes_weeks": (False, True),
        "grace_minutes": (120, 60),
        "announcement_channel_id": ("5", "7"),
        "review_channel_id": ("5", None),
        "quiet_hours": (None, "22:00 to 8:00"),
        "method": ("classic", "robust"),
        "attendance": ("zero", "played"),
    }
)

TOLD: dict[Action, tuple[Detail, str]] = {
    Action.CREATE_EVENT: (EventDetail(ScoreDirection.LOW, ScoreFormat.TIME), "fastest time"),
    Action.EDIT_EVENT: (
        EDITED,
        (
            r"name: 40L → 40L\_Sprint, format: number → time, unit: points → none, min: 1:23.5, max: 10s → 1:30, "
            "archived, direction: HIGH → LOW, default channel: <#5> → none, first week: 2026-W47, last week: 2026-W50, "
            "alarm: 150 → 1200, alarm min: 1:00, alarm max: none"
        ),
    ),
    Action.CHANGE_RULES: (
        RULES,
        (
            "direction: HIGH → LOW, method: classic → ranks, logarithms: no → yes, attendance: zero → best, "
            "weeks that count: 6 → 4, latest weeks: 10 → 8, weight of the best: 0.5 → 0.75, "
            "Elo of a missed week: the usual → −100, weeks before a rank: 1 → 2, players that a week needs: 1 → 4"
        ),
    ),
    Action.BEGIN_AGAIN: (SeasonDetail(3, 2, "40L_2"), r"season 3; season 2 is 40L\_2"),
    Action.AWARD_ROLE: (RoleDetail("6", Award.TOP_THREE), "role <@&6>: top three"),
    Action.POST_BOARD: (ChannelDetail("5"), "in channel <#5>"),
    Action.REMOVE_BOARD: (NoDetail(), ""),
    Action.CLOSE_WEEK: (WeekDetail("2026-W47", 1), "16–22 Nov 2026, 1 player"),
    Action.REOPEN_WEEK: (WeekDetail("2026-W47"), "16–22 Nov 2026"),
    Action.ADD_SCORE: (SCORE, rf"18,900 pts\_ · {AT} · 16–22 Nov 2026, week run again"),
    Action.REMOVE_SCORE: (SCORE, rf"18,900 pts\_ · {AT} · 16–22 Nov 2026, week run again"),
    Action.RESTORE_SCORE: (SCORE, rf"18,900 pts\_ · {AT} · 16–22 Nov 2026, week run again"),
    Action.APPROVE_SCORE: (SCORE, rf"18,900 pts\_ · {AT} · 16–22 Nov 2026, week run again"),
    Action.REFUSE_SCORE: (ScoreDetail(83.5, ScoreFormat.TIME), "1:23.5"),
    Action.WITHDRAW_PLAYER: (MembershipDetail(1), "left 1 event"),
    Action.RETURN_PLAYER: (MembershipDetail(2), "returned to 2 events"),
    Action.EXCUSE_PLAYER: (WeekDetail("2026-W47"), "16–22 Nov 2026"),
    Action.TAKE_BACK_EXCUSE: (WeekDetail("2026-W47"), "16–22 Nov 2026"),
    Action.CHANGE_SETTINGS: (
        SETTINGS,
        (
            r"time zone: UTC → America/New\_York, admin role: <@&6>, weeks close: by admins → by themselves, "
            "grace in minutes: 120 → 60, announcements: <#5> → <#7>, reviews: <#5> → none, quiet hours: 22:00 to 8:00, "
            "method of new events: classic → robust, attendance of new events: zero → played"
        ),
    ),
    Action.IMPORT_EVENT: (ImportDetail(4, closed_weeks=1), "4 scores, 1 closed week"),
    Action.IMPORT_SCORES: (
        ImportDetail(3, 2, run_again=("2026-W45", "2026-W46")),
        "3 scores, 2 players, run again: 2–8 Nov 2026, 9–15 Nov 2026",
    ),
    Action.TAKE_IMPORT_BACK: (ImportDetail(3), "3 scores"),
    Action.IMPORT_TOURNAMENT: (ImportDetail(1), "1 score"),
}
"""A detail of each action, and its words."""


def told(action: Action, detail: Detail | None) -> list[str]:
    """Return the lines between the name of an action and its time."""
    entry = AuditEntry(NOON, 5, action, None, None, detail, None)
    title, name, *lines, small, _ = audit_card(AuditPage((entry,), None, None, 0, 1, 1)).text.splitlines()
    assert (title, name, small) == ("### Audit log", f"**{action}**", f"-# {AT} · by <@5>")
    return lines


@pytest.mark.parametrize("action", Action)
def test_every_action_has_words(action: Action) -> None:
    detail, words = TOLD[action]
    assert type(detail) is DETAILS[action]
    assert told(action, detail) == ([words] if words else [])


def test_whatever_can_be_changed_has_words() -> None:
    rules, settings, options = (
        [field.name for field in fields(kind)] for kind in (Rules, ServerSettings, EventOptions)
    )
    assert [*RULES.changes] == ["direction", *rules]
    assert [*SETTINGS.changes] == settings
    assert [*EDITED.changes, "locale"] == options


def test_every_action_is_recorded_by_a_service() -> None:
    recorded: set[str] = set()
    for file in SERVICES.rglob("*.py"):
        tree = ast.parse(file.read_text())
        compared = {id(one) for node in ast.walk(tree) if isinstance(node, ast.Compare) for one in ast.walk(node)}
        named = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and id(node) not in compared)
        recorded |= {node.attr for node in named if isinstance(node.value, ast.Name) and node.value.id == "Action"}
    assert recorded == {action.name for action in Action}


def test_a_change_of_nothing_and_the_reward_for_an_elo_are_told() -> None:
    assert told(Action.CHANGE_SETTINGS, ChangeDetail({})) == ["nothing changed"]
    assert told(Action.AWARD_ROLE, RoleDetail("6", Award.ELO, 1200)) == ["role <@&6>: Elo 1200"]


def test_a_long_list_of_weeks_ends_where_the_page_is_full() -> None:
    weeks = tuple(f"2026-W{week}" for week in range(10, 53))
    [words] = told(Action.TAKE_IMPORT_BACK, ImportDetail(900, run_again=weeks * 2))
    assert words.startswith("900 scores, run again: 2–8 Mar 2026, 9–15 Mar 2026, ")
    assert words.endswith(", …")
    assert len(words) <= 500 + len(", …")


@on_one_database
async def test_details_of_other_versions_are_told_as_far_as_they_are_known(backend: TestBackend) -> None:
    stored: list[tuple[Action, dict[str, Any]]] = [
        (Action.CLOSE_WEEK, {"week": "2026-W47", "players": 2, "weather": ["rain"]}),
        (Action.CHANGE_RULES, {"changes": {"least_sleep": [None, True], "direction": ["HIGH", "SIDEWAYS"]}}),
        (Action.CREATE_EVENT, {"direction": "SIDEWAYS", "format": "number"}),
        (Action.REOPEN_WEEK, {}),
    ]
    rows = [
        {"guild_id": ADMIN.guild_id, "actor_id": 5, "action": action, "detail": detail, "done_at": NOON}
        for action, detail in stored
    ]
    await tables.execute(backend.database, *(sa.insert(AuditLog).values(row) for row in rows))

    page = await backend.real.services.audit.page(ADMIN, 0)

    assert [told(entry.action, entry.detail) for entry in reversed(page.entries)] == [
        ["16–22 Nov 2026, 2 players"],
        ["least sleep: yes, direction: HIGH → SIDEWAYS"],
        [],
        [],
    ]


@on_one_database
async def test_an_action_is_recorded_with_its_own_kind_of_detail_only(backend: TestBackend) -> None:
    with pytest.raises(TypeError, match="weekly undo is recorded with a WeekDetail"):
        await backend.database.write(lambda session: record(session, ADMIN, Action.REOPEN_WEEK, NoDetail(), at=NOON))


@on_one_database
async def test_what_is_stored_comes_back_as_it_was(backend: TestBackend) -> None:
    def work(session: Any) -> None:
        for action, (detail, _) in TOLD.items():
            record(session, ADMIN, action, detail, at=NOON)

    await backend.database.write(work)
    services = backend.real.services.audit
    pages = [await services.page(ADMIN, number) for number in range(3)]
    found = {entry.action: entry.detail for page in pages for entry in page.entries}
    assert found == {action: detail for action, (detail, _) in TOLD.items()}


@on_one_database
async def test_settings_and_options_are_stored_before_and_after(backend: TestBackend) -> None:
    services = backend.real.services
    await backend.create_event()
    change = services.settings.change
    await change(ADMIN, admin_role_id=2**60, announcement_channel_id=2**60 + 1, quiet_from="22:00", quiet_to="8")
    await services.events.edit(ADMIN, EVENT, EventOptions(min_score="10", alarm="200", first_week="2026-W47"))
    log = sorted(await tables.rows(backend.database, AuditLog), key=lambda row: row["id"])
    assert [row["detail"]["changes"] for row in log[1:]] == [
        {
            "admin_role_id": [None, str(2**60)],
            "announcement_channel_id": [None, str(2**60 + 1)],
            "quiet_hours": [None, "22:00 to 8:00"],
        },
        {"min_score": [None, 10.0], "first_week": [None, "2026-W47"], "alarm": [None, 200]},
    ]
