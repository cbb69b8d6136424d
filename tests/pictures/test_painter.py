"""The drawing program, run within this process."""

import io

from benchmarks.sample_pictures import samples
from bot.ui.pictures._painter import ANSWER, LENGTH, paint
from tests.one_database import on_one_database

pytestmark = on_one_database


def test_the_painter_answers_each_picture_in_turn_and_ends_with_its_input() -> None:
    drawings = ["nonsense", samples()[0].drawing]
    asked = b"".join(LENGTH.pack(len(one.encode())) + one.encode() for one in drawings)
    answers = io.BytesIO()

    paint(io.BytesIO(asked), answers)

    answers.seek(0)
    is_drawn, length = ANSWER.unpack(answers.read(ANSWER.size))
    assert not is_drawn
    assert b"JSON" in answers.read(length)
    is_drawn, length = ANSWER.unpack(answers.read(ANSWER.size))
    assert is_drawn
    assert answers.read(length).startswith(b"\x89PNG")
    assert answers.read() == b""
