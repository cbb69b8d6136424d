"""Show held scores to admins, let them count or refuse them, and tell a channel of admins of them."""

from bot.services.reviews._held import drop_held, refresh_decided
from bot.services.reviews._posts import ReviewPosts
from bot.services.reviews._service import ReviewService

__all__ = ["ReviewPosts", "ReviewService", "drop_held", "refresh_decided"]
