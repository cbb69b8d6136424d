"""Draw pictures of ratings, closed weeks, histories and profiles."""

from bot.ui.pictures._canvas import Picture
from bot.ui.pictures._fonts import COVERAGE, FONTS, UNKNOWN, drawable
from bot.ui.pictures._history import picture_of_history
from bot.ui.pictures._profile import picture_of_profile
from bot.ui.pictures._rating import picture_of_rating
from bot.ui.pictures._results import picture_of_week
from bot.ui.pictures._studio import Studio

__all__ = [
    "COVERAGE",
    "FONTS",
    "UNKNOWN",
    "Picture",
    "Studio",
    "drawable",
    "picture_of_history",
    "picture_of_profile",
    "picture_of_rating",
    "picture_of_week",
]
