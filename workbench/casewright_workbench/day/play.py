"""Play a script against a house: people's steps as calls of the Cases API, the clock skipping from one to the next."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final, assert_never

from casewright.cases import values
from casewright_workbench.day.steps import Change, Channel, CorrectRemark, Delete, Fields, Open, Reach, Remark, RemoveRemark, Step
from casewright_workbench.house import House
from casewright_workbench.localcloud.connect.contacts import Contact

QUICK: Final = timedelta(milliseconds=50)
"""Steps this close follow each other before the automation has moved."""


class Player:
    """Does what the steps say. `case_ids` tells which case of the domain is which of the script."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.case_ids: dict[str, str] = {}
        self._remarks: dict[str, str] = {}
        self._client = cache(self._cases_client)

    def play(self, steps: Iterable[Step], *, until: datetime) -> None:
        """Every step at its moment, and what is due until the end."""
        for step in steps:
            if step.at - self._house.clock.now() > QUICK:
                self._house.run_until(step.at)
            self._house.clock.skip_to(step.at)
            self.do(step)
        self._house.run_until(until)

    def do(self, step: Step) -> None:
        """One step, now. Raises what the Cases API answers: a script that it refuses is wrong."""
        match step.deed:
            case Open(template=template, fields=fields):
                self.case_ids[step.case] = self._open(step, template, fields)
            case Change(fields=fields):
                self._call(step, "update_case", fields=self._entries(fields))
            case Remark(body=body):
                self._remarks[step.case] = self._relate(step, "Comment", {"comment": _comment(body)})
            case CorrectRemark(body=body):
                remark_id = self._remarks[step.case]
                self._call(step, "update_related_item", relatedItemId=remark_id, content={"comment": _comment(body)})
            case RemoveRemark():
                self._call(step, "delete_related_item", performed=False, relatedItemId=self._remarks.pop(step.case))
            case Reach(channel=channel):
                self._relate(step, "Contact", {"contact": {"contactArn": self._contact(channel)}})
            case Delete():
                self._call(step, "delete_case", performed=False)
            case _ as never:
                assert_never(never)

    def _open(self, step: Step, template: str, fields: Fields) -> str:
        template_id = self._house.catalog.templates[template]
        answer = self._client(step.by).create_case(
            domainId=self._house.domain_id, templateId=template_id, fields=self._entries(fields), performedBy=self._performer(step.by)
        )
        return str(answer["caseId"])

    def _relate(self, step: Step, kind: str, content: Mapping[str, object]) -> str:
        return str(self._call(step, "create_related_item", type=kind, content=content)["relatedItemId"])

    def _call(self, step: Step, operation: str, *, performed: bool = True, **request: Any) -> Any:
        performer = {"performedBy": self._performer(step.by)} if performed else {}
        where = {"domainId": self._house.domain_id, "caseId": self.case_ids[step.case]}
        return getattr(self._client(step.by), operation)(**where, **request, **performer)

    def _performer(self, name: str) -> dict[str, str]:
        """A user of the catalog acts as that user; anything else is a program that names itself."""
        arn = self._house.catalog.users.get(name)
        return {"userArn": arn} if arn else {"customEntity": name}

    def _entries(self, fields: Fields) -> list[dict[str, Any]]:
        known = self._house.catalog.fields
        return [{"id": known[name].id, "value": values.as_wire(value)} for name, value in fields.items()]

    def _contact(self, channel: Channel) -> str:
        """A contact that came in: the instance knows it before it is linked to a case."""
        contact_id = str(uuid.uuid4())
        arn = f"{self._house.instance_arn}/contact/{contact_id}"
        self._house.contacts.add(Contact(contact_id, arn, channel, self._house.clock.now(), initiation_method="INBOUND"))
        return arn

    def _cases_client(self, user: str) -> Any:
        return self._house.session(user).client("connectcases")


def _comment(body: str) -> dict[str, str]:
    return {"body": body, "contentType": "Text/Plain"}
