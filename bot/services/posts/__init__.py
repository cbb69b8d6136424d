"""Keep posts up to date: messages in channels that show data from the database."""

from bot.services.posts._service import PostService, Source, refresh_post, refresh_posts

__all__ = ["PostService", "Source", "refresh_post", "refresh_posts"]
