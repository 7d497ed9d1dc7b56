"""What the oracle knows plainly, as operators write it and as it comes on the stream."""

import building
from sla.draws import Drawn
from sla.plain import Asks, Becomes, Changed, Happens, Moment, Promise, Wish

FILES = {
    "catalog.yaml": "{}",
    "fields.yaml": """\
status: {system_id: status, options: [waiting]}
title: {system_id: title}
priority: {type: SingleSelect, options: [low, normal, high]}
""",
    "templates.yaml": "Billing: {}",
    "calendars.yaml": """\
office: {time_zone: America/New_York, week: {mon-fri: ["09:00-12:00", "13:00-17:30"]}}
nights: {time_zone: Europe/Berlin, week: {mon-sun: ["22:00-04:00"]}}
hills: {time_zone: Asia/Kathmandu, week: {mon-fri: ["08:00-12:00"], sat: ["00:00-24:00"], sun: ["08:00-12:00"]}}
""",
}
"""A directory in which the promises can be written. The calendars are those of `draws.WEEKS`."""


def bodies(drawn: Drawn) -> list[str]:
    """The events of a case as they come on the stream, in their true order."""
    offset = (drawn.origin - building.START).total_seconds() / 60
    return [_body(moment, moment.minute + offset) for moment in drawn.moments]


def _body(moment: Moment, minute: float) -> str:
    by = {"user": {"customEntity": "a flow"}, "iamPrincipalArn": "arn:aws:iam::111122223333:role/flow"} if moment.by != "user" else None
    kind, _, verb = moment.trigger.upper().rpartition("_")
    if kind == "RELATED_ITEM":
        item = {"relatedItemType": moment.item.title(), "relatedItemId": f"i-{moment.id}", "caseId": "c1", moment.item: {}}
        verb = {"ADDED": "CREATED", "REMOVED": "DELETED"}.get(verb, verb)
        return building.envelope(moment.id, minute, f"RELATED_ITEM.{verb}", {"relatedItem": item}, by)
    case: dict[str, object] = {"caseId": "c1", "templateId": "t-billing"}
    if moment.fields is not None:
        case["fields"] = {_id(name): {"value": {"stringValue": value}} for name, value in moment.fields.items()}
    changed = sorted(_id(name) for name in moment.changed)
    return building.envelope(moment.id, minute, f"CASE.{verb}", {"case": case, "changedFieldIds": changed}, by)


def _id(name: str) -> str:
    return building.CATALOG.fields[name].id


def rule(promise: Promise) -> str:
    """The rule that assigns the promise; nothing where none does."""
    if promise.assigned is None:
        return ""
    return f"- {{rule: {promise.name}, when: case_updated, if: {_wish(promise.assigned)}, then: [{{assign_sla: {promise.name}}}]}}\n"


def policy(promise: Promise) -> str:
    """The promise as an operator writes it."""
    lines = [f"- sla: {promise.name}", f"  start: {_start(promise.start)}", f"  met_when: {_awaited(promise.met)}", "  target:"]
    lines += [f"    - {{within: {minutes}m{f', if: {_wish(wish)}' if wish else ''}}}" for wish, minutes in promise.targets]
    lines += [f"  if: {_wish(promise.applies)}"] if promise.applies else []
    for key, value in (("pause_while", promise.paused), ("reset", promise.reset), ("cancel", promise.cancel)):
        lines += [f"  {key}: {_awaited(value)}"] if value else []
    lines += ["  milestones:"] if promise.milestones else []
    lines += [f"    - {{name: {name}, {_milestone(*each)}}}" for name, each in promise.milestones.items()]
    lines += [f"  calendar: {promise.calendar}"] if promise.calendar else []
    return "\n".join(lines) + "\n"


def _start(start: str | Becomes) -> str:
    return f"{{becomes: {_wish(start.wish)}}}" if isinstance(start, Becomes) else start


def _awaited(awaited: Wish | Happens) -> str:
    if not isinstance(awaited, Happens):
        return _wish(awaited)
    condition = f", if: {_wish(awaited.wish)}" if awaited.wish else ""
    return f"{{when: [{', '.join(awaited.when)}]{condition}}}"


def _wish(wish: Wish) -> str:
    return f"{{all: [{', '.join(_test(each) for each in wish)}]}}"


def _test(test: Asks | Changed) -> str:
    if isinstance(test, Changed):
        narrowed = ", ".join(f"{key}: {value}" for key, value in (("from", test.before), ("to", test.after)) if value)
        return f"{{{test.subject}: {{changed: {f'{{{narrowed}}}' if narrowed else 'true'}}}}}"
    values = ", ".join(sorted(test.values))
    if test.how == "not":
        return f"{{not: {{{test.subject}: {{in: [{values}]}}}}}}"
    return f"{{{test.subject}: {{{test.how}: [{values}]}}}}"


def _milestone(percent: int, minutes: int) -> str:
    if not minutes:
        return f"at: {percent}%"
    return f"before: {-minutes}m" if minutes < 0 else f"after: {minutes}m"
