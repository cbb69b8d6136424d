"""Turn results and errors into what users see in Discord."""
