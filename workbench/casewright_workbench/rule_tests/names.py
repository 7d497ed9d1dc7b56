"""What tests may name: what rules may, and the rules."""

from dataclasses import dataclass

from casewright.bundle import Bundle
from casewright.cases.catalog import Catalog
from casewright.rules.rule import Rule
from casewright_authoring.findings import Report
from casewright_authoring.known import Known, KnownField, KnownSla, Names, themselves
from casewright_workbench.explain.words import Words


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that reading a test needs to know of its directory."""

    names: Names
    rules: Known[Rule]
    catalog: Catalog
    words: Words
    report: Report


def vocabulary(bundle: Bundle, catalog: Catalog, report: Report) -> Vocabulary:
    """The names of a directory that compiles."""
    fields = {
        name: KnownField(name, entry.type, entry.id, entry.options, in_events=entry.in_events) for name, entry in catalog.fields.items()
    }
    slas = {
        policy.name: KnownSla(tuple(each.name for each in policy.milestones))
        for policy in bundle.policies
    }
    names = Names(
        fields=Known("field", fields),
        templates=Known("template", themselves(catalog.templates)),
        queues=Known("queue", catalog.queues),
        users=Known("user", catalog.users),
        flows=Known("flow", catalog.flows),
        mailboxes=Known("mailbox", catalog.mailboxes),
        slas=Known("SLA", slas),
        emails=Known("email", bundle.emails),
        calendars=Known("calendar", bundle.calendars),
    )
    return Vocabulary(names, Known("rule", {rule.name: rule for rule in bundle.rules}), catalog, Words(catalog), report)
