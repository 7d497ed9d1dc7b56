"""Why something cannot be said in a native rule."""

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """One reason: `where` is the condition, action or key of the rule in the operator's words."""

    where: str
    why: str

    def __str__(self) -> str:
        """As a person reads it: `priority: changed: a native rule sees ...`."""
        return f"{self.where}: {self.why}"


class Unsayable(Exception):
    """One thing cannot be said; the message says why. Never leaves this package: it becomes a Reason."""
