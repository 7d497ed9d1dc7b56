"""Every error the program raises on purpose.

CasewrightError
├── BadInput                     a person or a message gave something that cannot be used
│   ├── MalformedEvent           a message that is no event; ends in the dead-letter queue
│   ├── UnlinkedName             a rule names what the catalog of this domain does not have
│   ├── UnreadableRecord         a stored record of a format this release does not read
│   ├── UnknownQuota             a rate is set for what is no quota, or lets nothing through
│   └── MissingSetting           a function started without something it needs
├── Retryable                    the same call may succeed later
│   ├── Throttled                the service asked to slow down
│   ├── NotPermitted             credentials, the clock or a policy keep the call from being made
│   ├── Unavailable              the service failed or did not answer; the effect may have happened
│   │   ├── Unanswered           the call went out, and nothing came back
│   │   └── Unreached            the call was not made: no connection, or no turn
│   ├── VersionConflict          somebody wrote the head first
│   ├── CaseNotYetKnown          an item of a case whose own event has not arrived
│   ├── CaseNotRead              a case none of whose events came could not be read either
│   ├── ItemFailed               one item of a batch failed; only a new write can succeed
│   ├── SendingPaused            mail is paused; nothing is lost, nothing is sent
│   ├── MailNotReady             who gets a mail could not be found out yet; nothing is sent
│   └── TasksToCome              tasks that shall end are still to be started
├── CalendarUnusable             a calendar cannot tell a time: publish again
│   ├── CalendarEnded            the time lies past what was resolved of the calendar
│   └── CalendarMissing          the bundle has no calendar of that name any more
└── Permanent                    the same call will fail again
    ├── NotFound                 the case, task or template is gone
    ├── Refused                  the service said the request is wrong
    ├── QuotaReached             there are as many of a kind as the service allows
    ├── RecordTooLarge           an event, its decision or an effect of it is larger than one record
    └── RuleSetBreaker           one event asked for more effects than one transaction holds
"""

from datetime import datetime, timedelta


class CasewrightError(Exception):
    """Base of every error raised on purpose."""

    code: str = ""
    """The call and the error code of AWS, where it is an error of AWS."""


class BadInput(CasewrightError):
    """Something given cannot be used; the message says where, what, and what would be accepted."""


class MalformedEvent(BadInput):
    """A message is no Cases event and no event of ours."""

    def __init__(self, where: str, problem: str) -> None:
        self.where, self.problem = where, problem
        super().__init__(f"{where}: {problem}")


class UnlinkedName(BadInput):
    """A bundle names a field, option, template, queue, user or flow that the catalog lacks."""

    def __init__(self, where: str, kind: str, name: str, known: tuple[str, ...]) -> None:
        self.problem = f"{where}: the catalog has no {kind} {name!r}"
        self.kind, self.name = kind, name
        super().__init__(f"{self.problem}; it has {', '.join(sorted(known)) or 'none'}")


class UnreadableRecord(BadInput):
    """A stored record carries a format number that this release does not read, or bytes that are no record: then it is damaged."""

    def __init__(self, what: str, given: int, accepted: tuple[int, ...], *, problem: str = "") -> None:
        found = f"format {given} cannot be read{f' ({problem})' if problem else ''}"
        self.what = what
        self.problem = f"{found}; this release reads {', '.join(map(str, accepted))}"
        super().__init__(f"{what}: {self.problem}")
        self.is_damaged = given in accepted


class UnknownQuota(BadInput):
    """A rate for what is no quota, or one that lets nothing through."""

    def __init__(self, name: str, given: float | None, known: tuple[str, ...]) -> None:
        what = f"{name}={given:g}" if given is not None else repr(name)
        super().__init__(f"{what} is no rate of a quota; accepted are calls a second above 0 for {', '.join(known)}")


class MissingSetting(BadInput):
    """An environment variable a function needs is not set, or cannot be read."""

    def __init__(self, name: str, given: str | None, accepted: str) -> None:
        super().__init__(f"environment variable {name}: got {_shown(given)}; accepted is {accepted}")
        self.code = name


class Retryable(CasewrightError):
    """The same call may succeed later."""


class Throttled(Retryable):
    """The service asked to slow down."""


class NotPermitted(Retryable):
    """The call was not made: its credentials, the clock or a policy forbid it, which an operator puts right."""


class Unavailable(Retryable):
    """The service failed or did not answer in time: the effect may have happened."""


class Unanswered(Unavailable):
    """The call went out, and nothing came back."""


class Unreached(Unavailable):
    """There was no connection, or no turn: a call that is tried once did not happen."""


class VersionConflict(Retryable):
    """The head of a case was written by somebody else since it was read."""


class CaseNotYetKnown(Retryable):
    """A related item arrived before any event of its case."""

    def __init__(self, case_id: str) -> None:
        self.case_id = case_id
        super().__init__(f"case {case_id} is not known yet")


class CaseNotRead(Retryable):
    """Cases asked to slow down, or did not answer, when a case was to be read none of whose events came."""

    def __init__(self, case_id: str, because: str) -> None:
        super().__init__(f"case {case_id} is not known, and could not be read ({because})")


class ItemFailed(Retryable):
    """One item of a batch call failed inside the service: its answer is replayed for the same token, so a new write is needed."""


class SendingPaused(Retryable):
    """Email sending is paused for the account or the configuration set, or the quota of the day is spent."""


class MailNotReady(Retryable):
    """What it takes to send a mail could not be found out: it was not sent."""


class TasksToCome(Retryable):
    """Tasks of a case that shall be ended are still to be started."""

    def __init__(self, case_id: str, count: int) -> None:
        self.case_id, self.count = case_id, count
        super().__init__(f"case {case_id}: {count} tasks asked for before are still to be started, and then ended")


class CalendarUnusable(CasewrightError):
    """A calendar of the bundle cannot tell a time that was asked for."""

    def __init__(self, calendar: str, problem: str) -> None:
        self.calendar = calendar
        super().__init__(f"calendar {calendar}: {problem}")


class CalendarEnded(CalendarUnusable):
    """A moment lies outside the years for which a calendar was resolved when its bundle was made."""

    def __init__(self, calendar: str, moment: datetime, open_time: timedelta, first: datetime, end: datetime) -> None:
        self.end = end
        what = f"{open_time} of open time from {moment.isoformat()} leads" if open_time else f"{moment.isoformat()} lies"
        super().__init__(
            calendar,
            f"{what} outside {first.isoformat()} to {end.isoformat()}, for which it was resolved; publish again to resolve it further",
        )


class CalendarMissing(CalendarUnusable):
    """A running clock was started under a calendar that the bundle no longer has."""

    def __init__(self, calendar: str, known: tuple[str, ...]) -> None:
        super().__init__(calendar, f"the bundle has no such calendar; it has {', '.join(sorted(known)) or 'none'}; publish it again")


class Permanent(CasewrightError):
    """The same call will fail again."""


class NotFound(Permanent):
    """The thing acted on is gone."""


class Refused(Permanent):
    """The service understood the request and refused it."""


class QuotaReached(Permanent):
    """A case holds as many items of a kind as the service allows."""


class RecordTooLarge(Permanent):
    """What is to be recorded of one event is larger than a record of the table may be."""

    def __init__(self, event_id: str, what: str, size: int, most: int) -> None:
        super().__init__(f"event {event_id}: its {what} takes {size} bytes; a record holds {most}")


class RuleSetBreaker(Permanent):
    """One event asked for more effects than are allowed."""

    def __init__(self, event_id: str, asked: int, allowed: int, rules: tuple[str, ...]) -> None:
        self.asked, self.allowed, self.rules = asked, allowed, rules
        super().__init__(
            f"event {event_id}: rules {', '.join(rules)} ask for {asked} effects; at most {allowed} are performed for one event"
        )


def named(error: Exception) -> str:
    """What a log line may tell of an error: its type, and the call and code of AWS. Messages may quote what a customer wrote."""
    code = error.code if isinstance(error, CasewrightError) else ""
    return f"{type(error).__name__}: {code}" if code else type(error).__name__


def _shown(given: object) -> str:
    text = repr(given)
    return text if len(text) <= 120 else f"{text[:117]}..."
