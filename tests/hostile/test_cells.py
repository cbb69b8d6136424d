"""Hostile texts on their way into a spreadsheet: they stay readable, and compute nothing."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.transfer import inert
from tests.hostile.texts import HARMLESS
from tests.one_database import on_one_database
from tests.transfer.reading import files_of, table
from tests.world import World

pytestmark = on_one_database

TABLES = ("submissions.csv", "runs.csv", "results.csv", "standings.csv")
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


async def test_whatever_players_are_called_computes_nothing_in_a_spreadsheet(world: World) -> None:
    await world.create_event("=cmd|' /C calc'!A0", unit="-2")
    for number, name in enumerate(("=1+1", "@SUM(A1)", "-2+3", "+1", "x;=1+1", "\uff1d1", 'a",=1', "Ana")):
        await world.backend.submit(100 + number, 5, "=cmd|' /C calc'!A0", guild_id=world.guild.id, display_name=name)
    files = await files_of(await world.use(world.admin, "export", event="=cmd|' /C calc'!A0"))
    for name in TABLES:
        for row in table(files[name]):
            # Numbers may be negative.
            cells = [cell for cell in row if not re.fullmatch(r"-?[0-9.e+-]+", cell)]
            assert [cell for cell in cells if any(FORMULA.match(part) for part in cell.split(";"))] == []
    names = [row[1] for row in table(files["standings.csv"])[1:]]
    assert {"'=1+1", "'@SUM(A1)", "'-2+3", "'+1", "x;'=1+1", "'\uff1d1", 'a",=1', "Ana"} == set(names)


@given(text=st.text() | st.sampled_from(list(HARMLESS)) | st.from_regex(r"\A[ \t]*[=+@\-;,\r\n\t]{1,4}.*"))
def test_no_text_of_a_cell_begins_a_formula(text: str) -> None:
    cell = inert(text)
    assert isinstance(cell, str)
    assert not any(FORMULA.match(part) for part in re.split(r"[;\t]", cell))
    assert cell.replace("'", "") == text.replace("'", "")
