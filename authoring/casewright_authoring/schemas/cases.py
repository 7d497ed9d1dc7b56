"""What is done to the case itself and what ties it to others: `assign`, `create_case`, `link_case`, `attach_contact`, `tag`."""

from collections.abc import Mapping

from casewright.actions import LONGEST_TAG_VALUE
from casewright_authoring.known import Names
from casewright_authoring.schemas.pieces import BOOLEAN, TEXT, Schema, either, keyed, named, one_of, only, short, table
from casewright_authoring.then.assigning import ASSIGN, QUEUES
from casewright_authoring.then.cases import CREATE_CASE, CUSTOMERS
from casewright_authoring.then.ties import LINK_CASE, LONGEST_TAG_KEY, MOST_TAGS

_ARN: Schema = {"type": "string", "pattern": "^arn:"}


def of_cases(names: Names, assignments: Schema) -> Mapping[str, Schema]:
    """The actions by name; `assignments` is what `set` takes."""
    new_case: dict[str, Schema] = {
        "template": named(names.templates),
        "set": assignments,
        "link": BOOLEAN,
        "customer": one_of(CUSTOMERS),
    }
    return {
        "assign": _assign(names),
        "create_case": keyed(only(CREATE_CASE, new_case), CREATE_CASE[:2]),
        "link_case": keyed(only(LINK_CASE, {"to": TEXT}), LINK_CASE),
        "attach_contact": TEXT,
        "tag": {
            **table(short(LONGEST_TAG_VALUE), rf"^(?![aA][wW][sS]:).{{1,{LONGEST_TAG_KEY}}}$"),
            "minProperties": 1,
            "maxProperties": MOST_TAGS,
        },
    }


def _assign(names: Names) -> Schema:
    queue, user = either(named(names.queues), _ARN), either(named(names.users), _ARN)
    pieces: dict[str, Schema] = {
        "queue": queue,
        "user": user,
        "round_robin": either(_several(user), keyed({QUEUES: _several(queue)}, (QUEUES,))),
    }
    return {**keyed(only(ASSIGN, pieces), least=1), "maxProperties": 1}


def _several(items: Schema) -> Schema:
    return {"type": "array", "minItems": 2, "uniqueItems": True, "items": items}
