"""What is stored about a user is found without reading what is stored about everybody."""

from typing import Any

from sqlalchemy import URL, Engine
from sqlalchemy.orm import Session

from bot.services.privacy._erasure import measure
from tests.backends import open_test_backend
from tests.outages import listening

LARGE = "score_submissions", "audit_log"


async def test_what_a_user_did_is_counted_without_reading_the_logs_whole(file_url: URL) -> None:
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    def work(session: Session) -> list[str]:
        with listening(Engine, "before_cursor_execute", note):
            measure(session, 1)
        plans = [session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", given) for one, given in sent]
        return [row.detail for plan in plans for row in plan]

    async with open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        steps = await backend.database.read(work)
    of_large = [step for step in steps if step.split()[1] in LARGE]
    assert {step.split()[0] for step in of_large} == {"SEARCH"}
