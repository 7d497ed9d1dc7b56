"""What every operation of Cases works with."""

from dataclasses import dataclass, field

from casewright_workbench.localcloud.connect.contacts import ContactBook
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.ids import Ids
from casewright_workbench.localcloud.connectcases.quotas import Quotas
from casewright_workbench.localcloud.service import Clock, Publish


@dataclass(frozen=True, slots=True)
class Context:
    """The world of one emulated Cases: its clock, its bus, its identifiers, its domains."""

    clock: Clock
    publish: Publish
    ids: Ids
    contacts: ContactBook
    quotas: Quotas = field(default_factory=Quotas)
    domains: dict[str, Domain] = field(default_factory=dict)
