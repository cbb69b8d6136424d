"""Names in rows on a phone: as much as fits, in whole clusters, in any script."""

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.scores import ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.standings import Board, Standing
from bot.ui.standings import standing_line
from bot.ui.text import escape_beside, narrow


@pytest.mark.parametrize(
    ("name", "width", "shown"),
    [
        ("Ana", 3.5, "Ana"),
        ("Chloé", 5, "Chl…"),
        ("漢字の名前", 7.5, "漢字の…"),
        ("WWWW", 5.6, "WW…"),
        ("e\u0301e\u0301e\u0301e\u0301", 3.5, "e\u0301e\u0301…"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 6.5, "👩‍👩‍👧‍👦👩‍👩‍👧‍👦…"),
        ("two words", 5.5, "two…"),
        ("ﷺﷺﷺﷺ", 6.5, "ﷺﷺ…"),
        ("❤️❤️❤️", 6.5, "❤️❤️…"),
        ("🇩🇪🇩🇪🇩🇪", 6.5, "🇩🇪🇩🇪…"),
        ("漢", 1, "漢"),
        ("漢字", 1, "漢…"),
    ],
)
def test_a_name_is_cut_where_the_row_ends(name: str, width: float, shown: str) -> None:
    assert narrow(name, width) == shown


@given(st.text(alphabet="aW é–→…\u0301\u200d👩漢", max_size=20), st.floats(1, 12))
def test_a_name_is_cut_between_clusters(name: str, width: float) -> None:
    clusters = regex.findall(r"\X", name)
    cuts = [f"{''.join(clusters[:kept]).rstrip()}…" for kept in range(1, len(clusters))]
    assert narrow(name, width) in (name, *cuts)


@pytest.mark.parametrize(
    ("character", "shown", "provisional"),
    [
        *(("n", 12, 11), ("W", 6, 5), ("Ж", 6, 5), ("д", 10, 9), ("Ω", 8, 7), ("ω", 6, 5)),
        *(("नि", 6, 5), ("ม", 10, 9), ("ญ", 6, 5), ("漢", 6, 5), ("あ", 6, 5), ("한", 6, 5), ("😀", 5, 4), ("★", 6, 5)),
    ],
)
def test_the_mark_of_a_provisional_elo_takes_its_room_from_the_name(
    character: str, shown: int, provisional: int
) -> None:
    standing = Standing(10, PlayerName(1, 32 * character), 18_900, 1165)
    rows = [
        standing_line(standing, Board.ALL_TIME, ScoreStyle(), is_provisional=is_provisional)
        for is_provisional in (False, True)
    ]

    assert rows == [
        f"10 **{shown * character}…** · 18,900 · 1165",
        f"10 **{provisional * character}…** · 18,900 · 1165?",
    ]


@pytest.mark.parametrize(("character", "shown"), [("ש", 8), ("ת", 8), ("ر", 10), ("م", 10), ("س", 6)])
def test_wide_letters_of_scripts_from_right_to_left_fit_a_row(character: str, shown: int) -> None:
    row = standing_line(Standing(10, PlayerName(1, 32 * character), 18_900, 1165), Board.ALL_TIME, ScoreStyle())
    assert row == f"10 **\u2068{shown * character}…\u2069** · 18,900 · 1165"


@pytest.mark.parametrize(
    ("rest", "shown"),
    [("", f"{12 * '漢'}…"), ("🥇1", f"{10 * '漢'}…"), ("1,234,567.891 and 1234", "漢…"), (40 * "n", f"{12 * '漢'}…")],
)
def test_some_of_a_name_is_shown_beside_whatever_is_long(rest: str, shown: str) -> None:
    assert escape_beside(32 * "漢", rest) == shown
