"""What a person at the terminal got wrong."""


class WrongUsage(Exception):
    """The command cannot begin as asked; the message says what was given and what would do."""
