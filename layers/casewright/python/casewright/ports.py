"""What the program needs from the world. Adapters in `aws/` fulfil these; every error they raise is one of `errors`.

Instants are aware UTC. Any method may raise a Retryable; a Permanent where the docstring names it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, Self

import msgspec

from casewright.actions import AddComment, Bucket, CreateTask, MirrorSla, PutEvent, SendEmail
from casewright.bundle import LinkedBundle
from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.definition import ConditionDefinition, FieldDefinition, OptionDefinition, TemplateDefinition
from casewright.cases.events import CaseRead, Event
from casewright.cases.values import FieldValue
from casewright.decide import Decided
from casewright.decision import Effect, Head, Outcome
from casewright.redecide import Logged
from casewright.rules.rule import Budget
from casewright.sla.clocks import pending
from casewright.sla.policies import BREACH

Row = Mapping[str, object]


class StoredHead(msgspec.Struct, frozen=True):
    """A head as read, with the version it must still have when it is written; 0 when the case is new."""

    head: Head
    version: int


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One call to the world, as it is repeated word for word. `id` is its client token; `fields` are those of a merged update."""

    id: str
    hop: int
    fields: Mapping[str, FieldValue] = {}


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """An effect in the queue. `write` is an attempt that may have happened; None before the first and after one that was refused."""

    effect: Effect
    not_before: datetime
    write: Write | None = None
    attempts: int = 0
    """Claims since the last answer of any kind."""
    tries: int = 0
    """How often it was given back."""
    outcome: Outcome | None = None
    """How it ended, while the lake has not been told."""
    sent_as: str = ""
    """Message id of the mail that an interrupted attempt did send, once its event has told."""

    @property
    def is_counted(self) -> bool:
        """Whether the budget of its rule was charged: that is done before the first claim."""
        return self.write is not None or self.attempts > 0 or self.tries > 0


class DueClock(msgspec.Struct, frozen=True):
    """A milestone about to come."""

    case_id: str
    policy: str
    cycle: int
    milestone: str
    due: datetime

    @classmethod
    def all_of(cls, head: Head) -> tuple[Self, ...]:
        """Every milestone still to come of a case."""
        return tuple(
            cls(head.case.case_id, policy, clock.cycle, milestone, due)
            for policy, clock in head.clocks.items()
            for due, milestone in pending(clock)
        )

    @classmethod
    def overdue_of(cls, head: Head) -> tuple[Self, ...]:
        """The breach of every clock of a case that is overdue: it has fired, and the clock runs on."""
        return tuple(
            cls(head.case.case_id, policy, clock.cycle, BREACH, clock.due_at)
            for policy, clock in head.clocks.items()
            if clock.status == "Overdue"
        )


class Time(Protocol):
    """The clock on the wall."""

    def now(self) -> datetime:
        """The present instant."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class CaseLog(Protocol):
    """The log of every case, and the head folded from it."""

    def head(self, case_id: str) -> StoredHead:
        """The head, blank when the case is new."""
        ...

    def logged(self, case_id: str, event_id: str) -> Logged | None:
        """The event of that id with its decision, if it was logged."""
        ...

    def entries(self, case_id: str) -> tuple[Logged, ...]:
        """Everything logged of a case, in no particular order."""
        ...

    def record(self, decided: Decided, event: Event, *, version: int, armed: bool) -> None:
        """Write event, head, decision and effects in one transaction.

        Raises:
            VersionConflict: the head is no longer at `version`, or the event was logged meanwhile.
        """
        ...


class DueClocks(Protocol):
    """The index of clocks by their next due time."""

    def due_before(self, moment: datetime) -> Iterator[DueClock]:
        """Every milestone that comes before the moment and has not fired, as they are read; some may have fired just now."""
        ...


class ScheduleMark(msgspec.Struct, frozen=True):
    """How far a rule's schedule is: the firing it is at, and the page of the search that comes next; empty when all were asked."""

    at: datetime
    page: str = ""


class ScheduleMarks(Protocol):
    """How far each schedule is."""

    def get(self, rule: str) -> ScheduleMark | None:
        """The mark; None when the rule was never seen."""
        ...

    def put(self, rule: str, mark: ScheduleMark) -> None:
        """Move the mark."""
        ...


class FoundCases(msgspec.Struct, frozen=True):
    """A page of cases; `next_page` is empty after the last."""

    case_ids: tuple[str, ...]
    next_page: str


class CaseFinder(Protocol):
    """Finding cases."""

    def find(self, fields: Mapping[str, Sequence[FieldValue]], *, page: str) -> FoundCases:
        """Cases each of whose `fields` has one of the values given; every case where none is given. The first page is the empty text."""
        ...


class EffectQueue(Protocol):
    """Pending effects, most urgent first; the table is the queue."""

    def urgent(self, bucket: Bucket, now: datetime) -> tuple[Pending, ...]:
        """The most urgent effects whose time has come."""
        ...

    def claim(self, effects: Sequence[Pending], *, write: Write, until: datetime) -> tuple[Pending, ...]:
        """Take effects under a lease for one write, which is kept with them; answers those that were still there to take."""
        ...

    def postpone(self, effects: Sequence[Pending], *, until: datetime, detail: str, keep_write: bool) -> None:
        """Give effects back to be tried later. The write is kept only when some attempt at it may have happened."""
        ...

    def finish(self, effect: Effect, outcome: Outcome, at: datetime, *, told_before: datetime) -> bool:
        """Record how an effect ended, together with the effects that follow; False when it had ended before.

        It stays in the queue with its outcome, from `told_before` on, until `told`.
        """
        ...

    def told(self, effect: Effect) -> None:
        """Take an ended effect out of the queue: the lake has its row."""
        ...


class Deliveries(Protocol):
    """What became of mail."""

    def sent(self, *, case_id: str, effect_key: str, message_id: str) -> None:
        """Remember that the mail of an effect was accepted; nothing when the effect is not known."""
        ...


class Tokens(Protocol):
    """Token buckets shared by everything that spends one quota."""

    def take(self, quota: str, *, rate: float, burst: float, now: datetime) -> timedelta:
        """Take one token; zero when it was there, else how long to wait before asking again."""
        ...


class Budgets(Protocol):
    """What rules have spent of their budgets, in the period that `now` falls in."""

    def spend(self, rule: str, budget: Budget, now: datetime) -> bool:
        """Count one effect; False, and nothing counted, when all is spent."""
        ...

    def trip(self, rule: str, budget: Budget, now: datetime) -> bool:
        """Remember that more was asked for; True the first time in the period."""
        ...


class Wake(Protocol):
    """The bell of the performers."""

    def ring(self, buckets: Sequence[Bucket]) -> None:
        """Ask for a performer of each bucket; carries no work."""
        ...


class CaseEvents(Protocol):
    """The queue that `decide` reads."""

    def send_due(self, clocks: Iterable[DueClock], now: datetime) -> int:
        """Send each as an event of our own, to arrive when it is due; answers how many."""
        ...

    def send_scheduled(self, rule: str, at: datetime, case_ids: Sequence[str]) -> None:
        """Send an event of our own for each case: the schedule of the rule came at that instant."""
        ...

    def send_back(self, body: str, *, waited: int, seconds: int) -> None:
        """Send a message again, to arrive after a while, with the number of times it waited."""
        ...


class DeadLetters(Protocol):
    """Where messages go that cannot be used."""

    def bury(self, body: str, reason: str) -> None:
        """Keep a message with the reason."""
        ...


class Lake(Protocol):
    """The stream into the lake."""

    def put(self, rows: Sequence[Row]) -> None:
        """Deliver rows, at least once."""
        ...


class CaseReader(Protocol):
    """Reading one case."""

    def read(self, case_id: str, field_ids: Sequence[str]) -> CaseRead:
        """The case as it is now.

        Raises:
            NotFound: the case is gone.
        """
        ...


class CaseWriter(Protocol):
    """Writing to one case. `entity` is the customEntity of the write; a repeated `write_id` gives the first answer."""

    def update(self, case_id: str, fields: Mapping[str, FieldValue], *, write_id: str, entity: str) -> None:
        """Set fields. Raises NotFound or Refused."""
        ...

    def comment(self, case_id: str, comment: AddComment, *, write_id: str, entity: str) -> str:
        """Add a comment; answers its id. Raises NotFound or Refused."""
        ...


class RelatedItems(Protocol):
    """Related items without a client token: looked for before they are created."""

    def attach_contact(self, case_id: str, contact_arn: str, *, entity: str) -> str:
        """Link a contact unless it is linked; answers the item's id. Raises NotFound, QuotaReached or Refused."""
        ...

    def mirror_sla(self, case_id: str, sla: MirrorSla, *, minutes: int, entity: str) -> str:
        """See that one open SLA item of that name is there, due when the clock is: `minutes` from now. Answers its id.

        Raises:
            NotFound: the case is gone.
            QuotaReached: the case holds as many SLA items, or items, as it may.
            Refused: the service took the item for wrong.
        """
        ...

    def unmirror_sla(self, case_id: str, name: str) -> int:
        """Delete the open SLA items of that name; answers how many there were. Raises NotFound when the case is gone."""
        ...

    def task_ids(self, case_id: str) -> tuple[str, ...]:
        """The contact ids of the tasks linked to the case."""
        ...


class Tasks(Protocol):
    """Tasks of the Connect instance."""

    def start(self, task: CreateTask, *, case_id: str, client_token: str) -> str:
        """Start a task; answers its contact ARN; the same token starts it once. Raises Refused."""
        ...

    def end(self, contact_id: str) -> bool:
        """End a task; False when it had ended before."""
        ...


class Mail(Protocol):
    """Sending mail. There is no client token: asking twice sends twice."""

    def send(self, email: SendEmail, *, effect_key: str, case_id: str) -> str:
        """Send one message; answers its id. Raises Refused or SendingPaused."""
        ...


class Bus(Protocol):
    """The event bus."""

    def put(self, event: PutEvent, *, case_id: str, effect_key: str) -> str:
        """Put one event, source `casewright`; answers its id. Raises Refused."""
        ...


class Bundles(Protocol):
    """The published bundle and the catalog of this domain."""

    def previous(self) -> bytes | None:
        """The bundle in force before the present one, if there was one."""
        ...

    def written(self) -> tuple[bytes, Catalog] | None:
        """The current bundle as written and the catalog; None as long as nothing was published."""
        ...


class Arming(Protocol):
    """Whether effects are performed."""

    def is_armed(self) -> bool:
        """False on a fresh deployment, and when it was taken back: decisions are recorded and nothing is done."""
        ...


class Programs(Protocol):
    """The linked bundle in force."""

    def current(self) -> LinkedBundle:
        """The last bundle that links; refreshed now and then."""
        ...


class DomainFields(Protocol):
    """Fields and options of the domain."""

    def fields(self) -> Mapping[str, FieldEntry]:
        """Every field by its name, without options."""
        ...

    def create(self, field: FieldDefinition, *, tags: Mapping[str, str]) -> str:
        """Create a custom field; answers its id."""
        ...

    def options(self, field_id: str) -> Mapping[str, str]:
        """Active options, label to value."""
        ...

    def put_options(self, field_id: str, options: Sequence[OptionDefinition]) -> None:
        """Add or change options. Raises Refused, naming the options that were."""
        ...


class DomainTemplates(Protocol):
    """Field conditions and templates of the domain."""

    def conditions(self) -> Mapping[str, str]:
        """Ids of field conditions by name."""
        ...

    def create_condition(self, condition: ConditionDefinition, field_ids: Mapping[str, str]) -> str:
        """Create a field condition; answers its id."""
        ...

    def templates(self) -> Mapping[str, str]:
        """Ids of templates by name."""
        ...

    def create_template(
        self,
        template: TemplateDefinition,
        *,
        field_ids: Mapping[str, str],
        rules: Sequence[tuple[str, str]],
        tags: Mapping[str, str],
    ) -> str:
        """Create a template with its layout and its (condition id, field id) rules; answers its id."""
        ...


class EventStream(Protocol):
    """What the domain publishes, and to whom."""

    def include(self, field_ids: frozenset[str]) -> frozenset[str]:
        """Enable events that carry at least these fields and related item content; answers every field they now carry."""
        ...

    def integrate(self) -> str:
        """Let Connect's own rules hear of cases: adopt the event integration and its association, or create them; answers its ARN."""
        ...


class Publishing(Protocol):
    """The writing side of the bundle store."""

    def seed(self, written: bytes) -> bool:
        """Put a bundle in force where none is; False when one was."""
        ...

    def write_catalog(self, catalog: Catalog) -> None:
        """Replace the catalog."""
        ...
