"""The caller of a command."""

from datetime import datetime

import msgspec

from casewright.cases.performers import Performer


class Asking(msgspec.Struct, frozen=True):
    """Who asks, and when by the clock of who answers: that of a laptop may be wrong, and the local cloud has a day of its own."""

    performer: Performer
    at: datetime
