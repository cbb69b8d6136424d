"""Files of scores from people, spreadsheets and attackers: each row is read, or reported with its line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.events import EventInfo
from bot.domain.score_files import (
    MOST_BYTES,
    MOST_ROWS,
    Problem,
    Server,
    names_in,
    plan_scores,
    read_score_file,
)
from bot.domain.scores import ScoreDirection, ScoreStyle
from bot.domain.weeks import Week
from bot.errors import FileTooLarge, NotAScoreFile

EVENT = EventInfo(1, 1001, "Tetris", ScoreDirection.HIGH, ScoreStyle(), None, None, is_active=True)
ANA, BOB = 111_111_111_111_111_111, 222_222_222_222_222_222
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SERVER = Server(
    zone="Europe/Berlin",
    named={"Ana": {ANA}, "Bob": {BOB}, "Kim": {3, 4}, "Zoé": {BOB}},
    withdrawn={5},
    closed={Week(2026, 47): datetime(2026, 11, 23, 2, tzinfo=UTC)},
    logged={(ANA, 50.0, datetime(2026, 11, 20, 9, tzinfo=UTC))},
)
PLAIN = f"player,score,time\n<@{ANA}>,18900,2026-11-24T09:30:00+00:00\nBob,12.5,2026-11-20 10:00\n"
READ = [(BOB, 12.5, datetime(2026, 11, 20, 9, tzinfo=UTC)), (ANA, 18900.0, datetime(2026, 11, 24, 9, 30, tzinfo=UTC))]


def planned(content: bytes | str) -> tuple[list[tuple[int, float, datetime]], list[str]]:
    rows = read_score_file(content.encode() if isinstance(content, str) else content)
    plan = plan_scores(rows, EVENT, SERVER, NOW)
    return [(one.player, one.score, one.at) for one in plan.new], [f"{one.line}: {one.problem}" for one in plan.bad]


SAVED = {
    "plain": PLAIN.encode(),
    "UTF-8 with a mark": PLAIN.encode("utf-8-sig"),
    "UTF-16": PLAIN.encode("utf-16"),
    "UTF-16, the other way": b"\xfe\xff" + PLAIN.encode("utf-16-be"),
    "as Windows did": PLAIN.replace("Bob", "Zoé").encode("cp1252"),
    "semicolons": PLAIN.replace(",", ";").encode(),
    "tabs": PLAIN.replace(",", "\t").replace("\n", "\r\n").encode(),
    "a separator that is named": f"sep=;\r\n{PLAIN.replace(',', ';')}".encode(),
    "no titles": PLAIN.removeprefix("player,score,time\n").encode(),
    "quotes": "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in PLAIN.splitlines()).encode(),
    "other titles": PLAIN.replace("player,score,time", "Name,SCORE,submitted_at").encode(),
    "days first": PLAIN.replace("2026-11-20", "20.11.2026").encode(),
    "another order": f"time,discord,score\n2026-11-24 10:30,{ANA},18900\n\n2026-11-20 10:00,<@!{BOB}>,'12.5\n".encode(),
}


@pytest.mark.parametrize("how", SAVED)
def test_a_table_is_read_however_it_was_saved(how: str) -> None:
    assert planned(SAVED[how]) == (READ, [])


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("Ana,50", Problem.CELLS),
        ("Emi,50,2026-11-20", Problem.PLAYER),
        ("ana,50,2026-11-20", Problem.PLAYER),
        ("Kim,50,2026-11-20", Problem.PLAYERS),
        ("<@5>,50,2026-11-20", Problem.WITHDRAWN),
        ("<@99999999999999999999>,50,2026-11-20", Problem.PLAYER),
        ("Ana,=50+1,2026-11-20", Problem.SCORE),
        ("Ana,nan,2026-11-20", Problem.SCORE),
        ("Ana,1e9,2026-11-20", Problem.SCORE),
        ("Ana,999999999999,2026-11-20", Problem.BOUNDS),
        ("Ana,-1,2026-11-20", Problem.BOUNDS),
        ('Ana,"15 020",2026-11-20', None),
        ('Ana,"15,020",2026-11-20', Problem.UNCLEAR),
        ('Ana,"12,5",2026-11-20', Problem.COMMA),
        ("Ana,50,11/20/2026", Problem.TIME),
        ("Ana,50,2026-11-31", Problem.TIME),
        ("Ana,50,9999-12-30", Problem.AHEAD),
        ("Ana,50,2014-11-20", Problem.TIME),
        ("Ana,50,2026-11-26", Problem.AHEAD),
        ("Ana,50,2026-11-25", Problem.TODAY),
    ],
)
def test_a_row_that_cannot_be_imported_is_named_with_its_line(row: str, problem: Problem | None) -> None:
    new, bad = planned(f"player,score,time\n{row}\nBob,60,2026-11-20\n")
    assert bad == ([] if problem is None else [f"2: {problem}"])
    assert [score for _, score, _ in new] == ([60] if problem is not None else [15020, 60])


@pytest.mark.parametrize(
    ("scores", "read", "unclear"),
    [
        (["912.345", "1.234.567"], [1_234_567], [2]),
        (["912.345", "99.5"], [912.345, 99.5], []),
        (["0.125", "12.250"], [0.125, 12.25], []),
        (["912345", "15"], [912_345, 15], []),
    ],
)
def test_a_point_without_commas_is_decimal_where_another_row_shows_it(
    scores: list[str], read: list[float], unclear: list[int]
) -> None:
    table = "player;score;time\n" + "".join(f"Ana;{score};2026-11-20\n" for score in scores)
    new, bad = planned(table)
    assert planned(table.replace(";", "\t")) == (new, bad)
    assert [score for _, score, _ in new] == read
    assert bad == [f"{line}: {Problem.POINT}" for line in unclear]


def test_a_row_is_named_by_its_line_and_a_cell_as_written() -> None:
    rows = read_score_file(b"sep=;\nplayer;score;time\nAna;50;2.11.2014 9:05\nBob;60;20.11.2026 9:05\n")
    plan = plan_scores(rows, EVENT, SERVER, NOW)
    assert [(one.line, one.cell, one.problem) for one in plan.bad] == [(3, "2.11.2014 9:05", Problem.TIME)]
    assert [one.at for one in plan.new] == [datetime(2026, 11, 20, 8, 5, tzinfo=UTC)]


def test_a_minus_before_a_zero_is_lost() -> None:
    below_zero = replace(EVENT, min_score=-1.0)
    [score] = plan_scores(read_score_file(b"Ana,-0,2026-11-20\n"), below_zero, SERVER, NOW).new
    assert repr(score.score) == "0.0"


def test_a_column_of_other_ids_leaves_the_names_to_name_players() -> None:
    new, bad = planned("id,player,score,time\n1,Bob,12.345,2026-11-20\n")
    assert ([(who, score) for who, score, _ in new], bad) == ([(BOB, 12.345)], [])


def test_who_was_erased_before_an_export_is_nobody_of_the_same_name() -> None:
    assert planned("player,discord,score,time\nBob,former 55,50,2026-11-20\n") == ([], [f"2: {Problem.PLAYER}"])


def test_nothing_is_imported_twice_and_no_removed_score_at_all() -> None:
    rows = read_score_file(
        b"player,score,time,removed_at\nAna,50,2026-11-20 10:00,\n"
        b"Bob,7,2026-11-20,\nBob,7,2026-11-20,\nBob,8,2026-11-20,x\n"
    )
    plan = plan_scores(rows, EVENT, SERVER, NOW)
    assert (len(plan.new), plan.known, [one.problem for one in plan.bad]) == (1, 2, [Problem.REMOVED])


def test_a_score_counts_for_the_week_that_it_would_have_counted_for() -> None:
    rows = read_score_file(b"Ana,1,2026-11-22\nAna,2,2026-11-23 02:00\nAna,3,2026-11-23 04:00\n")
    plan = plan_scores(rows, EVENT, SERVER, NOW)
    assert [(str(one.week), one.is_late) for one in plan.new] == [
        ("2026-W47", True),
        ("2026-W48", False),
        ("2026-W48", False),
    ]
    assert plan.weeks == (Week(2026, 47),)
    # A day means its last instant in the server's time zone.
    assert plan.new[0].at == datetime(2026, 11, 22, 23, tzinfo=UTC) - timedelta(microseconds=1)


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"a\0b,c,d", b"\xff\xfea", b"only,two\n", b"<html>", b"PK\x03\x04\0\0"]
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(NotAScoreFile):
        read_score_file(content)


@pytest.mark.parametrize("content", [b"x" * (MOST_BYTES + 1), b"a,1,2026-11-20\n" * (MOST_ROWS + 1)])
def test_what_is_too_large_is_refused(content: bytes) -> None:
    with pytest.raises(FileTooLarge):
        read_score_file(content)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_file_breaks_the_reading(content: bytes) -> None:
    try:
        rows = read_score_file(content)
    except NotAScoreFile:
        return
    plan = plan_scores(rows, EVENT, SERVER, NOW)
    assert len(plan.new) + plan.known + len(plan.bad) == len(rows)
    assert names_in(rows) <= {row.player for row in rows}
