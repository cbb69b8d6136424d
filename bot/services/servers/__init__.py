"""Keep what a server sets, who its admins are, and what they did."""
