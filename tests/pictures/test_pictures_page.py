"""`docs/pictures.md` shows what the bot currently draws."""

from benchmarks.pictures_page import PAGE, PICTURES, drawn_source, source_of
from benchmarks.sample_pictures import samples
from tests.one_database import on_one_database

pytestmark = on_one_database


def test_the_page_has_the_pictures_of_today_and_their_texts() -> None:
    # If this fails, run `make pictures`.
    assert {file.name: drawn_source(file) for file in PICTURES.glob("*.png")} == {
        picture.name: source_of(picture) for picture in samples()
    }
    page = PAGE.read_text()
    assert [picture.name for picture in samples() if f"(pictures/{picture.name})" not in page] == []
    readme = (PAGE.parents[1] / "README.md").read_text()
    assert "docs/pictures/rating.png" in readme
