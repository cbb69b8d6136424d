"""In large events PostgreSQL looks at few players: check that its plans follow the hints."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, text

from bot.domain.methods import Rating
from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Method, Rules
from bot.domain.scores import ScoreDirection
from bot.services.ratings import _recalculation as stored_elos
from bot.services.ratings import rating_parameters
from tests import tables
from tests.backends import NOON, open_test_backend
from tests.outages import listening
from tests.sessions import pool_of

MANY = 5_000
NUMBERS = f"FROM generate_series(1, {MANY}) AS n"
LOGGED = "(interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at)"
FILL = (
    "INSERT INTO events (guild_id, name, name_key, score_direction) VALUES (1, 'a', 'a', 'HIGH')",
    f"INSERT INTO players (discord_id, username) SELECT n, n {NUMBERS}",
    f"INSERT INTO leaderboard_scores (player_id, event_id, score, score_type) SELECT n, 1, n, 'all_time' {NUMBERS}",
    f"INSERT INTO player_event_stats (player_id, event_id, updated_at) SELECT n, 1, now() {NUMBERS}",
    f"INSERT INTO score_submissions {LOGGED} SELECT n, n, 1, n, 202647, 202647, now() {NUMBERS}",
    "ANALYZE",
)
BANDS = [(1, 10.0 * n, 10.0 * n + 1) for n in range(400)]
PARAMETERS: dict[str, Any] = {
    "of_event": 1,
    "now": NOON,
    **rating_parameters(Rating(ScoreDirection.HIGH, Rules(), RatingScale()), Field(MANY, 1.0, 2_500.0, 1_400.0)),
}


@contextmanager
def explained() -> Iterator[None]:
    """Explain each statement instead of executing it."""

    def explain(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        return f"EXPLAIN {statement}", parameters

    with listening(Engine, "before_cursor_execute", explain, retval=True):
        yield


async def test_few_of_many_are_found_by_indexes(server_url: URL) -> None:
    statements = stored_elos._statements(Method.CLASSIC, False, ScoreDirection.HIGH)

    def plans(connection: Connection) -> list[str]:
        with explained():
            between = statements.write_between.execute(connection, BANDS, **PARAMETERS)
            since = connection.execute(statements.write_submitters, PARAMETERS | {"since_submission": MANY - 10})
            extremes = connection.execute(stored_elos._EXTREMES, PARAMETERS)
        return ["\n".join(row[0] for row in result) for result in (between, since, extremes)]

    async with open_test_backend(server_url) as backend:
        await tables.execute(backend.database, *map(text, FILL))
        async with pool_of(backend.database).connect() as connection:
            found = await connection.run_sync(plans)
    for plan in found:
        assert "Index" in plan
        assert "Seq Scan" not in plan, plan
        assert "Sort" not in plan, plan
