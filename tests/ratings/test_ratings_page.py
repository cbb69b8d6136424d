"""`docs/ratings.md` shows the current effect of the rules on fields and weeks."""

import pytest

from benchmarks.pictures_of_rules import pictures
from benchmarks.ratings_page import PAGE, PICTURES, table
from benchmarks.simulated_events import CLUB, rank_correlation
from tests.one_database import on_one_database
from tests.tracing import no_tracing

pytestmark = on_one_database

# If this fails, run `make ratings`.


def test_the_page_has_the_pictures_of_every_method_and_attendance() -> None:
    drawn = {file.stem: file.read_text() for file in PICTURES.glob("*.svg")}
    assert drawn == pictures()
    page = PAGE.read_text()
    assert [name for name in drawn if f"(ratings/{name}.svg)" not in page] == []


def test_the_table_of_the_page_is_what_the_simulated_events_lead_to() -> None:
    with no_tracing():
        assert table() in PAGE.read_text()


def test_a_simulated_event_depends_on_its_seed_alone() -> None:
    assert CLUB.play(1) == CLUB.play(1)
    assert CLUB.play(1).weeks != CLUB.play(2).weeks


@pytest.mark.parametrize(
    ("values", "others", "expected"),
    [
        ([1, 2, 3, 4], [10, 20, 40, 30], 0.8),
        ([1, 2, 3], [3, 2, 1], -1),
        # The ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4.
        ([5, 6, 6, 9], [1, 2, 3, 4], 4.5 / (4.5 * 5) ** 0.5),
        ([7, 7, 7], [1, 2, 3], 0),
    ],
)
def test_a_rank_correlation_is_that_of_ranks(values: list[float], others: list[float], expected: float) -> None:
    assert rank_correlation(dict(enumerate(values)), dict(enumerate(others))) == pytest.approx(expected)
