"""How results look in Discord: embeds, buttons, text."""
