"""A leaderboard bot for Discord: players compete against a metric, statistics turn scores into Elo."""
