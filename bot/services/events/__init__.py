"""Make, change, archive and find the events of a server."""
