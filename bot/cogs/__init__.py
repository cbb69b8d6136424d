"""Commands: each one parses, calls one service, and shows the answer."""
