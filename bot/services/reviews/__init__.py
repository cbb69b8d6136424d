"""Show held scores to admins, let them approve or refuse these, and report them in the review channel."""

from bot.services.reviews._held import drop_held, refresh_decided
from bot.services.reviews._posts import ReviewPosts
from bot.services.reviews._service import ReviewService

__all__ = ["ReviewPosts", "ReviewService", "drop_held", "refresh_decided"]
