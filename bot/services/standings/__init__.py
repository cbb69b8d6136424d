"""Read leaderboards: pages, ranks, and where one player stands."""
