"""The alternative texts of pictures."""

from bot.ui.pictures._canvas import LONGEST_DESCRIPTION, Canvas
from tests.one_database import on_one_database

pytestmark = on_one_database

NUMBERS = "Bests: " + ", ".join(f"{number:,}" for number in range(1_000_000, 1_000_200))


def described(text: str) -> str:
    return Canvas().finish("history", 100, text).description


def test_a_text_that_is_too_long_ends_behind_a_whole_number() -> None:
    shown = described(NUMBERS)
    assert LONGEST_DESCRIPTION - 11 < len(shown) <= LONGEST_DESCRIPTION
    assert NUMBERS.startswith(shown.removesuffix("…"))
    assert shown.endswith(", …")


def test_a_text_that_is_too_long_may_end_behind_a_sentence() -> None:
    assert described("It is. " * 200).endswith("It is. …")


def test_a_text_that_is_not_too_long_stays_whole() -> None:
    assert described("1, 2, 3. " + "x" * 1_000) == "1, 2, 3. " + "x" * 1_000
