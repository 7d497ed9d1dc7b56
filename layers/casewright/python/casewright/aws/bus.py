"""Amazon EventBridge: events of our own."""

import msgspec

from casewright.actions import PutEvent
from casewright.aws.clients import Client
from casewright.aws.failures import meaning, translated
from casewright.cases.subscriptions import OWN_MEMBER, OWN_SOURCE


class EventBus:
    """Fulfils Bus."""

    def __init__(self, client: Client, bus: str, *, domain_id: str) -> None:
        """`bus` is where events go that name no other."""
        self._client, self._bus, self._domain = client, bus, domain_id

    def put(self, event: PutEvent, *, case_id: str, effect_key: str) -> str:
        """PutEvents; `detail.casewright` names the domain, the case and the effect, so that a consumer can tell a repetition."""
        detail = {**event.detail, OWN_MEMBER: {"domainId": self._domain, "caseId": case_id, "effect": effect_key}}
        entry = {
            "Source": OWN_SOURCE,
            "DetailType": event.detail_type,
            "Detail": msgspec.json.encode(detail).decode(),
            "EventBusName": event.bus or self._bus,
        }
        with translated("PutEvents"):
            [answer] = self._client.put_events(Entries=[entry])["Entries"]
        if answer.get("ErrorCode"):
            raise meaning(answer["ErrorCode"], f"PutEvents: {answer['ErrorCode']}: {answer.get('ErrorMessage', '')}")
        return str(answer["EventId"])
