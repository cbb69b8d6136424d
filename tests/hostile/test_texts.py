"""Every hostile text on its way into a message; `test_names.py` checks that every path leads through here."""

from bot.domain.text import visible
from bot.ui.text import escape
from tests.hostile.texts import HARMLESS
from tests.one_database import on_one_database

pytestmark = on_one_database


def test_what_can_be_seen_is_written_so_that_it_does_nothing() -> None:
    assert {text: escape(visible(text)) for text in HARMLESS} == HARMLESS
