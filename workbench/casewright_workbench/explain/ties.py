"""Assignments, new cases and what ties a case to others, in the operator's words."""

from typing import assert_never

from casewright import actions
from casewright.conditions.subjects import REFERENCE_FIELDS
from casewright_workbench.explain.words import Json, Words


def ties(
    action: actions.Assign | actions.CreateCase | actions.LinkCase | actions.AttachContact | actions.Tag, words: Words
) -> dict[str, Json]:
    """The members of such an action."""
    match action:
        case actions.Assign():
            return _assigned(action, words)
        case actions.CreateCase(template_id=template_id, fields=fields, link=link):
            values = {words.field(field_id): words.value(field_id, value) for field_id, value in fields.items()}
            return {"template": words.template(template_id), "set": values, **({"link": True} if link else {})}
        case actions.LinkCase(to_case_id=to_case_id):
            return {"to": to_case_id}
        case actions.AttachContact(contact_arn=contact_arn):
            return {"contact": contact_arn}
        case actions.Tag(tags=tags):
            return {"tags": dict(tags)}
        case _ as never:
            assert_never(never)


def _assigned(action: actions.Assign, words: Words) -> dict[str, Json]:
    """As a rule says it: `queue`, `user`, or `round_robin` with those who come in turn."""
    [(field_id, value)] = action.fields.items()
    kind = REFERENCE_FIELDS[field_id]
    if not action.among:
        return {kind: words.value(field_id, value)}
    among: list[Json] = [words.resource(each) for each in action.among]
    return {"round_robin": among if kind == "user" else {"queues": among}}
