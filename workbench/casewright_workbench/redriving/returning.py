"""The way back of one message."""

import json
from typing import assert_never

from casewright.aws.clients import Client
from casewright.aws.failures import meaning, translated
from casewright.errors import Refused
from casewright_workbench.deployment.clients import Clients
from casewright_workbench.redriving.letters import Discard, Letter, Stay, ToBus, ToQueue, ToStream


class Returning:
    """Sends messages to where they belong; what it raises is a CasewrightError, and then the message did not arrive."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def send(self, letter: Letter) -> None:
        """Bring it there. The body is as it was; of its attributes none is kept, since they tell of its failure."""
        match letter.way:
            case ToQueue(arn):
                self._to_queue(self._clients("sqs"), arn, letter.body)
            case ToStream(name):
                with translated("PutRecord"):
                    self._clients("firehose").put_record(DeliveryStreamName=name, Record={"Data": letter.body.encode()})
            case ToBus():
                self._to_bus(json.loads(letter.body))
            case Discard():
                pass
            case Stay(why):
                raise Refused(why)
            case _ as never:
                assert_never(never)

    def _to_queue(self, sqs: Client, arn: str, body: str) -> None:
        with translated("SendMessage"):
            url = sqs.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody=body)

    def _to_bus(self, event: dict[str, object]) -> None:
        """The bus gives it another id; its detail, with the key of the effect, stays."""
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
        with translated("PutEvents"):
            [answer] = self._clients("events").put_events(Entries=[entry])["Entries"]
        if answer.get("ErrorCode"):
            raise meaning(answer["ErrorCode"], f"PutEvents: {answer['ErrorCode']}: {answer.get('ErrorMessage', '')}")
