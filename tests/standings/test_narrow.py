"""Names in rows of a phone: as much as fits, in whole clusters, of any script."""

import pytest

from bot.ui.text import narrow


@pytest.mark.parametrize(
    ("name", "width", "shown"),
    [
        ("Ana", 3.3, "Ana"),
        ("Chloé", 5, "Chl…"),
        ("漢字の名前", 7, "漢字の…"),
        ("WWWW", 5.1, "WW…"),
        ("e\u0301e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301…"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 5, "👩‍👩‍👧‍👦👩‍👩‍👧‍👦…"),
        ("two words", 5, "two…"),
        ("漢", 1, "漢"),
        ("漢字", 1, "漢…"),
    ],
)
def test_a_name_is_cut_where_the_row_ends(name: str, width: float, shown: str) -> None:
    assert narrow(name, width) == shown
