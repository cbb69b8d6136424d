"""Turn results and errors into messages to Discord users."""
