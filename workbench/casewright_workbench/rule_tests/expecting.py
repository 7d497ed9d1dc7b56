"""What a test expects: effects, rules that fired or did not, clocks at the end."""

from collections.abc import Callable
from collections.abc import Mapping as Table
from functools import partial
from typing import Any, Final, cast, get_args

from casewright.cases.recipients import in_words
from casewright.rules.rule import Rule
from casewright.sla.clocks import Status
from casewright_authoring.findings import Fault, Place, fault
from casewright_authoring.kinds import closed_choice, moment
from casewright_authoring.known import Known, Names
from casewright_authoring.nodes import Entry, Mapping, Node, Scalar, Sequence
from casewright_authoring.shapes import boolean, mapping, one_or_more, record, refuse_twice, text
from casewright_authoring.suggestions import unknown
from casewright_authoring.then.recipients import OF_THE_CASE, read_person
from casewright_workbench.explain.words import Json, instant
from casewright_workbench.rule_tests.names import Vocabulary
from casewright_workbench.rule_tests.values import told_values
from casewright_workbench.rule_tests.written import Expected, ExpectedClock, Named

MEMBERS: Final[Table[str, tuple[str, ...]]] = {
    "send_email": ("to", "template", "subject", "text"),
    "create_task": ("flow", "quick_connect", "task_template", "name", "description", "references", "starts_at"),
    "end_tasks": ("only",),
    "update_case": ("set",),
    "assign": ("queue", "user", "round_robin"),
    "add_comment": ("body",),
    "put_event": ("detail_type", "detail", "bus"),
    "call_webhook": ("webhook", "body"),
    "assign_sla": ("policy",),
    "create_case": ("template", "set", "link"),
    "link_case": ("to",),
    "attach_contact": ("contact",),
    "tag": ("tags",),
}
"""Members of each action that can be expected."""

_NAMED: Final[Table[str, Callable[[Names], Known[Any]]]] = {
    "template": lambda names: names.emails,
    "flow": lambda names: names.flows,
    "quick_connect": lambda names: names.quick_connects,
    "task_template": lambda names: names.task_templates,
    "policy": lambda names: names.slas,
    "bus": lambda names: names.buses,
    "webhook": lambda names: names.webhooks,
    "queue": lambda names: names.queues,
    "user": lambda names: names.users,
}
"""Members that name what is defined."""

STATUSES: Final = (*get_args(Status), "absent")


def read_expected(node: Node, known: Vocabulary) -> Expected:
    """One effect."""
    what = "an expected effect"
    everything = dict.fromkeys(name for names in MEMBERS.values() for name in names)
    given = record(node, what, known.report, required=("rule", "action"), optional=tuple(everything))
    rule = given.read("rule", known.rules.named, None)
    action = given.read("action", partial(_action, rule=rule), None)
    if rule is None or action is None:
        raise Fault(None)
    entries = [entry for entry in given.node.entries if entry.name in everything]
    for entry in entries:
        if entry.name not in MEMBERS[action]:
            known.report.tell(entry.key.place, unknown(f"member of {action}", entry.name, MEMBERS[action]))
    pairs = known.report.each(
        lambda entry: (entry.name, _member(entry, action, known)), [each for each in entries if each.name in MEMBERS[action]]
    )
    return Expected(node.place, rule.name, action, dict(pairs))


def read_rules(node: Node, known: Vocabulary) -> tuple[Named, ...]:
    """`fired`, `not_fired`: rules by name."""
    return known.report.each(lambda each: Named(each.place, known.rules.named(each).name), one_or_more(node, "rules"))


def read_clocks(node: Node, known: Vocabulary) -> tuple[ExpectedClock, ...]:
    """`clocks`: policies with a status, a due time, or both."""
    seen: dict[str, Place] = {}

    def clock(entry: Entry) -> ExpectedClock:
        known.names.slas.find(entry.name, entry.key.place)
        refuse_twice(seen, entry.name, entry.key.place, "the clock")
        given = record(entry.value, f"the clock {entry.name!r}", known.report, optional=("status", "due"))
        status = given.read("status", lambda one: str(closed_choice("status of a clock", STATUSES, ()).operand(one)), "")
        due = given.read("due", moment, None)
        if not given.node.entries:
            raise fault(entry.value.place, f"the clock {entry.name!r} is expected without anything; accepted are status and due")
        return ExpectedClock(entry.key.place, entry.name, cast(Status, status), due)

    return known.report.each(clock, mapping(node, "'clocks'").entries)


def _action(node: Node, *, rule: Rule | None) -> str:
    given = text(node, "an action")
    if given not in MEMBERS:
        raise fault(node.place, unknown("action", given, MEMBERS))
    if rule is not None:
        asked = dict.fromkeys(str(step.__struct_config__.tag) for step in rule.then)
        if given not in asked:
            raise fault(node.place, f"the rule {rule.name!r} asks for no {given}; it asks for {', '.join(asked)}")
    return given


def _member(entry: Entry, action: str, known: Vocabulary) -> Json:  # noqa: C901 -- one case a member
    name, node = entry.name, entry.value
    match name:
        case "set":
            return dict(told_values(node, known))
        case "to" if action == "send_email":
            return _addresses(node, known)
        case "template" if action == "create_case":
            known.names.templates.named(node)
        case "detail" | "tags":
            return _plain(mapping(node, f"'{name}'"))
        case "link":
            return boolean(node, "link")
        case "round_robin":
            return _plain(node)
        case "body" if action == "call_webhook":
            return _plain(mapping(node, "'body'"))
        case "references":
            return {each.name: text(each.value, f"the reference {each.name!r}") for each in mapping(node, "'references'").entries}
        case "starts_at":
            return instant(moment(node))
        case _ if name in _NAMED:
            _NAMED[name](known.names).named(node)
    return text(node, f"the {name}")


def _addresses(node: Node, known: Vocabulary) -> list[Json]:
    """Mailboxes by name stand for their addresses; people stand as they are told."""
    return [address for each in known.report.each(lambda one: _recipient(one, known), one_or_more(node, "'to'")) for address in each]


def _recipient(node: Node, known: Vocabulary) -> tuple[Json, ...]:
    if isinstance(node, Mapping):
        return (in_words(read_person(node)),)
    given = text(node, "a recipient")
    return (given,) if "@" in given or given in OF_THE_CASE else known.names.mailboxes.find(given, node.place)


def _plain(node: Node) -> Json:
    match node:
        case Scalar(value=value):
            return value
        case Sequence(items=items):
            return [_plain(item) for item in items]
        case Mapping(entries=entries):
            return {entry.name: _plain(entry.value) for entry in entries}
