"""The log of a failing database: two lines per outage, however many users it affects."""

import asyncio
import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.database import _outage
from bot.database._outage import OutageLog
from bot.database.database import Database
from bot.errors import Unavailable
from bot.logs import TextFormatter
from tests.outages import statements_fail

MANY = 30


async def test_an_outage_is_a_line_when_it_begins_and_one_when_it_is_over(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_outage, "CALM_SECONDS", 0.0)
    for _ in range(2):
        caplog.clear()
        with statements_fail("SELECT"):
            told = await asyncio.gather(*(reads(database) for _ in range(MANY)), return_exceptions=True)
        assert [type(error) for error in told] == [Unavailable] * MANY
        await reads(database)
        began, ended = logged(caplog)
        assert began == "the database failed: the test broke the connection"
        assert f"failed transactions: {MANY}, in " in ended
    assert "Traceback" not in caplog.text


def test_an_outage_is_one_while_only_some_transactions_succeed(caplog: pytest.LogCaptureFixture) -> None:
    seconds = 0.0
    log = OutageLog(lambda: seconds)
    for _ in range(MANY):
        log.failed(TimeoutError("no answer"))
        seconds += _outage.CALM_SECONDS / 2
        log.succeeded()
    seconds += _outage.CALM_SECONDS
    log.succeeded()
    log.succeeded()
    lasted = (MANY - 1) * _outage.CALM_SECONDS / 2
    assert logged(caplog) == [
        "the database failed: no answer",
        f"the database works again; failed transactions: {MANY}, in {lasted:.1f} seconds",
    ]


def test_what_the_log_says_of_an_outage_holds_no_statement(caplog: pytest.LogCaptureFixture) -> None:
    OutageLog().failed(OperationalError("SELECT secrets", {}, Exception("the disk is full")))
    assert logged(caplog) == ["the database failed: (builtins.Exception) the disk is full"]


async def test_a_statement_that_is_wrong_is_logged_with_its_place_each_time(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        caplog.clear()
        with pytest.raises(Unavailable):
            await database.write(lambda session: session.execute(text("INSERT INTO players (id) VALUES (1)")))
        (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert record.exc_info is not None


async def test_a_statement_that_is_wrong_is_logged_without_what_users_typed(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    typed = "https://clips.example/typed"
    wrong = "INSERT INTO score_submissions (proof) VALUES (:typed)"
    with pytest.raises(Unavailable):
        await database.write(lambda session: session.execute(text(wrong), {"typed": typed}))
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    shown = TextFormatter([]).format(record)
    assert "INSERT INTO score_submissions" in shown
    assert typed not in shown


async def reads(database: Database) -> None:
    await database.read(lambda session: session.execute(text("SELECT 1")).one())


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
