"""Users get everything that is stored about them, and are erased after two confirmations."""

import json

import pytest

from bot.database.models import Player, RoleGrant
from bot.ui.privacy import FORMER_PLAYER
from tests import tables
from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.roles.test_roles import ANA, COURT, KING, Court, court  # noqa: F401 - a fixture
from tests.seen import read
from tests.wire.discord_http import MODAL_SUBMIT
from tests.wire.wired_bot import answered
from tests.world import World

pytestmark = [on_one_database, pytest.mark.usefixtures("jobs_by_request")]


@on_both_databases
async def test_a_user_is_handed_a_file_and_erased_when_they_agree_twice(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 300, "Ben": 200})
    await world.use(world.admin, "board post", event=EVENT)
    await world.backend.real.jobs.do_due()
    posted = world.channel.history()[-1]
    assert "Ana" in read(posted)
    before = (await world.board()).public
    data = await world.use("Ana", "my-data")
    assert data.is_private
    assert data.alone.startswith("Your data\n**1 score in 1 event of 1 server**")
    assert data.message is not None
    [file] = data.message.attachments
    assert json.loads(await file.read())["servers"][0]["server"] == "Arcade"

    question = await world.click("Ana", data, "Erase me")
    await world.restart_bot()
    kept = await world.click("Ana", await world.click("Ana", data, "Erase me"), "Cancel")
    assert (question.is_private, kept.alone) == (True, "Nothing was changed.")
    asked = await world.open_modal("Ana", question, "Erase me for good")
    told = await world.refused(world.fill_in("Ana", asked, word="erasee"))
    assert told == "Nothing was erased: “erasee” is not ERASE."
    asked = await world.open_modal("Ana", question, "Erase me for good")
    assert "You are erased" in (await world.fill_in("Ana", asked, word=" erase")).alone
    erased = await world.tables()
    await world.deliver_again()
    assert await world.tables() == erased

    assert (await world.board()).public == before.replace("Ana", FORMER_PLAYER, 1)
    world.clock.move(minutes=1)
    await world.backend.real.jobs.do_due()
    [posted] = [one for one in world.channel.history() if one.id == posted.id]
    assert (FORMER_PLAYER in read(posted), "Ana" in read(posted)) == (True, False)
    assert str(world.member("Ana").id) not in repr(await world.tables())
    assert "I store nothing about you." in (await world.click("Ana", data, "Erase me")).alone
    assert "I store nothing about you." in (await world.use("Ana", "my-data")).alone


async def test_a_role_that_the_bot_gave_is_taken_away_and_given_to_nobody_else(court: Court) -> None:  # noqa: F811
    await court.award(KING, "number one")
    assert await court.close((ANA, 100)) == {"King": {"ana"}}
    word = {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "word", "value": "ERASE"}}
    typed = {"custom_id": "privacy:erase", "components": [word]}

    data = await court.wired.use(ANA, "my-data", guild=COURT)

    erased = await answered(await court.wired.discord.deliver(MODAL_SUBMIT, ANA, COURT, typed, data.final))

    assert "You are erased" in erased.text
    assert await court.roles() == {}
    assert await tables.rows(court.wired.backend.database, RoleGrant) == []
    assert [row["discord_id"] < 0 for row in await tables.rows(court.wired.backend.database, Player)] == [True]
