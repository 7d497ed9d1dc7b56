"""Every check, in the order of the report: from where one stands to what lies at the end of the way."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from casewright.errors import CasewrightError
from casewright_workbench.deployment.clients import NotKnown
from casewright_workbench.doctor import domain, flow, mail, permissions, quotas, rules, standing, stores
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding
from casewright_workbench.doctor.unasked import not_checked

Check = Callable[[Context], Iterable[Finding]]

CHECKS: Final[dict[str, Check]] = {
    "standing.caller": standing.caller,
    "standing.functions": standing.functions,
    "standing.region": standing.region,
    "domain.active": domain.active,
    "domain.association": domain.association,
    "domain.events": domain.events,
    "domain.integration": domain.integration,
    "domain.size": domain.size,
    "rules.bundle": rules.bundle,
    "rules.catalog": rules.catalog,
    "rules.buses": rules.buses,
    "rules.published": rules.published,
    "rules.calendars": rules.calendars,
    "flow.armed": stores.armed,
    "flow.subscription": flow.subscription,
    "flow.sources": flow.sources,
    "flow.dead-letters": flow.dead_letters,
    "flow.set-aside": flow.set_aside,
    "flow.late": stores.late,
    "flow.alarms": flow.alarms,
    "permissions.roles": permissions.roles,
    "mail.identity": mail.identity,
    "mail.configuration-set": mail.configuration_set,
    "mail.account": mail.account,
    "mail.quota": mail.quota,
    "quotas.rates": quotas.rates,
    "stores.table": stores.table,
    "stores.records": stores.records,
    "stores.buckets": stores.buckets,
    "stores.stream": stores.stream,
}
"""By their names, which do not change: programs read them."""


def examine(context: Context) -> Iterator[Finding]:
    """The findings of every check as they come; one that cannot ask says so and stops no other."""
    for name, check in CHECKS.items():
        for finding in _found(check, context):
            yield msgspec.structs.replace(finding, check=name)


def _found(check: Check, context: Context) -> Iterator[Finding]:
    try:
        yield from check(context)
    except (NotKnown, ClientError, BotoCoreError, CasewrightError, NotImplementedError) as error:
        yield not_checked(error)
