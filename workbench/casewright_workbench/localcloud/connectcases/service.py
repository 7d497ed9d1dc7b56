"""Amazon Connect Cases as one service: every operation of its API, over plain state."""

from datetime import datetime

from casewright_workbench.localcloud.connect.contacts import ContactBook
from casewright_workbench.localcloud.connectcases.audit import AuditOperations
from casewright_workbench.localcloud.connectcases.batches import BatchOperations
from casewright_workbench.localcloud.connectcases.case_rules import CaseRuleOperations
from casewright_workbench.localcloud.connectcases.case_search import CaseSearchOperations
from casewright_workbench.localcloud.connectcases.cases import CaseOperations
from casewright_workbench.localcloud.connectcases.context import Context
from casewright_workbench.localcloud.connectcases.domains import DomainOperations
from casewright_workbench.localcloud.connectcases.due import next_due, run_due
from casewright_workbench.localcloud.connectcases.event_settings import EventConfigurationOperations
from casewright_workbench.localcloud.connectcases.field_options import FieldOptionOperations
from casewright_workbench.localcloud.connectcases.fields import FieldOperations
from casewright_workbench.localcloud.connectcases.ids import Ids
from casewright_workbench.localcloud.connectcases.layouts import LayoutOperations
from casewright_workbench.localcloud.connectcases.merge_operations import MergeOperations
from casewright_workbench.localcloud.connectcases.quotas import Quotas
from casewright_workbench.localcloud.connectcases.related_items import RelatedItemOperations
from casewright_workbench.localcloud.connectcases.related_search import RelatedSearchOperations
from casewright_workbench.localcloud.connectcases.tags import TagOperations
from casewright_workbench.localcloud.connectcases.templates import TemplateOperations
from casewright_workbench.localcloud.connectcases.unsteady import UnsteadyStream
from casewright_workbench.localcloud.service import Clock, Publish


class ConnectCases(
    DomainOperations,
    FieldOperations,
    FieldOptionOperations,
    LayoutOperations,
    TemplateOperations,
    CaseRuleOperations,
    CaseOperations,
    BatchOperations,
    RelatedItemOperations,
    CaseSearchOperations,
    RelatedSearchOperations,
    AuditOperations,
    EventConfigurationOperations,
    MergeOperations,
    TagOperations,
):
    """Cases with all its operations; changes are published as whole EventBridge envelopes, with the faults that `stream` is set to.

    `contacts` are those of the Connect instance, which a Contact item must name. The same `seed` and the same requests give the
    same identifiers.
    """

    name = "connectcases"

    def __init__(
        self,
        clock: Clock,
        publish: Publish,
        *,
        contacts: ContactBook | None = None,
        seed: int = 0,
        quotas: Quotas | None = None,
    ) -> None:
        self.stream = UnsteadyStream(clock, publish)
        self._context = Context(
            clock=clock,
            publish=self.stream.publish,
            ids=Ids(seed),
            contacts=ContactBook() if contacts is None else contacts,
            quotas=quotas or Quotas(),
        )

    def next_timer(self) -> datetime | None:
        """When something next happens by itself: an SLA turns overdue, a merge ends, or a delayed event comes."""
        moments = [self.stream.next_timer(), *map(next_due, self._context.domains.values())]
        return min((moment for moment in moments if moment is not None), default=None)

    def run_timers(self) -> None:
        """Let everything happen that is due by now."""
        self.stream.run_timers()
        for domain in tuple(self._context.domains.values()):
            run_due(self._context, domain)
