"""For every column that could hold a user's id or name, an erasure's effect is decided."""

from dataclasses import fields

from sqlalchemy import JSON, BigInteger, Enum, LargeBinary, String

from bot.database.models import Base
from bot.domain.audit import DETAILS

MAY_NAME_SOMEBODY = BigInteger, String, LargeBinary, JSON

ERASED = {
    *("players.discord_id", "players.username", "members.display_name"),
    *("score_submissions.added_by", "score_submissions.removed_by", "score_submissions.removal_reason"),
    *("score_submissions.proof", "weekly_runs.ran_by", "excuses.excused_by", "excuses.reason"),
    *("held_scores.interaction_id", "held_scores.proof", "held_scores.decided_by", "held_scores.reason"),
    *("audit_log.actor_id", "audit_log.reason", "role_grants.discord_id", "reminders.discord_id"),
    "reminders.rival_id",
    *("jobs.key", "jobs.last_error"),
}
"""`test_erasing.py` covers these: it looks for the id and the names in all of them."""
KEPT = {
    "the key of a row": {
        *("audit_log.id", "held_scores.id", "jobs.id", "leaderboard_scores.id", "posts.id", "score_submissions.id"),
        *("weekly_omissions.run_id", "weekly_results.run_id", "weekly_runs.id"),
    },
    "a number of changes": {
        *("events.version", "events.scores_version", "events.elo_version", "events.elo_field_version"),
        *("events.elo_submission_id", "members.version"),
    },
    "a server, a channel or a role": {
        *("audit_log.guild_id", "events.guild_id", "excuses.guild_id", "guild_settings.guild_id", "members.guild_id"),
        *("notices.guild_id", "posts.guild_id", "reminders.guild_id", "events.default_channel_id"),
        *("events.board_channel_id", "guild_settings.admin_role_id", "guild_settings.announcement_channel_id"),
        "guild_settings.review_channel_id",
        *("event_roles.role_id", "notices.place_id", "posts.channel_id"),
    },
    "chosen by an admin for the server, not for a player": {
        *("events.name", "events.name_key", "events.score_unit", "guild_settings.time_zone"),
    },
    "numbers, and the texts below": {"audit_log.detail"},
    "scores and their Elos": {"weekly_runs.bests_by_elo"},
    "an event, a server or a submission": {"posts.key"},
    "a message of the bot, which says the new name soon": {"posts.message_id", "posts.nonce", "posts.digest"},
    "the use of a command: Discord tells nobody by whom, and a second delivery is known by it": {
        *("audit_log.interaction_id", "score_submissions.interaction_id", "score_submissions.import_id"),
    },
}
"""The columns that an erasure leaves alone, and why it may."""
TEXTS_IN_DETAILS = {
    "a channel, a role or what an admin chose for the server": {
        *("ChannelDetail.channel_id", "RoleDetail.role_id", "ChangeDetail.changes"),
    },
    "a name or a unit of an event": {"SeasonDetail.archived_name", "ScoreDetail.unit"},
    "a week": {"WeekDetail.week", "ScoreDetail.week", "ImportDetail.run_again"},
}
"""The fields with texts in `audit_log.detail`, and why no player can be named in them."""


def test_every_column_that_may_name_somebody_is_erased_or_excepted() -> None:
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, MAY_NAME_SOMEBODY) and not isinstance(column.type, Enum)
    }
    decided = [*ERASED, *(column for columns in KEPT.values() for column in columns)]
    assert sorted(decided) == sorted(columns)


def test_no_text_in_the_detail_of_an_action_names_a_player() -> None:
    texts = [
        f"{kind.__name__}.{field.name}"
        for kind in {*DETAILS.values()}
        for field in fields(kind)
        if "str" in str(field.type)
    ]
    assert sorted(name for names in TEXTS_IN_DETAILS.values() for name in names) == sorted(texts)
