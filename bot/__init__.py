"""A leaderboard bot for Discord: players compete against a metric, statistics turn scores into Elo."""

__version__ = "0.1.0"
