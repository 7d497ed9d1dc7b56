"""The checks of a rule-set that is legal: what each is called, and how grave a finding of it is."""

from dataclasses import dataclass
from typing import Final

from casewright_authoring.findings import Finding, Place, Severity


@dataclass(frozen=True, slots=True)
class Check:
    """A kind of finding. An error is certain to be a mistake, or dangerous; a warning may be meant."""

    code: str
    severity: Severity

    def found(self, place: Place, message: str) -> Finding:
        """A finding of this kind."""
        return Finding(place.path, place.line, place.column, message, self.severity, self.code)


NEVER_TRUE: Final = Check("never-true", "error")
UNREACHABLE: Final = Check("unreachable", "error")
LOOP: Final = Check("loop", "error")
NO_CLOCK: Final = Check("no-clock", "error")
DEAD_PART: Final = Check("dead-part", "warning")
VAIN_TRIGGER: Final = Check("vain-trigger", "warning")
WRITE_CONFLICT: Final = Check("write-conflict", "warning")
DUPLICATE: Final = Check("duplicate", "warning")
HIDDEN_FIELD: Final = Check("hidden-field", "warning")
CALENDAR_ENDS: Final = Check("calendar-ends", "warning")

CHECKS: Final = (NEVER_TRUE, UNREACHABLE, LOOP, NO_CLOCK, DEAD_PART, VAIN_TRIGGER, WRITE_CONFLICT, DUPLICATE, HIDDEN_FIELD, CALENDAR_ENDS)
