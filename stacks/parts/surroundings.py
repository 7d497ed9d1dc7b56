"""What the functions of automation share: where they are, what they read and write, and the layers they run on."""

import re
from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_s3 as s3

from casewright.settings import Settings
from stacks.parts.case_table import CaseTable
from stacks.parts.facts import FactsStream
from stacks.parts.function import Function, FunctionRole
from stacks.parts.layer import Layers
from stacks.parts.place import Place
from stacks.parts.queue import DeadLetters, Queue
from stacks.stage import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Of the functions of one stack."""

    stack: Stack
    stage: Stage
    place: Place
    layers: Layers
    table: CaseTable
    bundles: s3.Bucket
    case_events: Queue
    wake: Queue
    stream: FactsStream
    own_role: str
    """The name of the role whose writes are our own: the performer's."""

    def function(
        self,
        construct_id: str,
        role: FunctionRole,
        settings: Settings,
        *,
        timeout: Duration,
        memory_mb: int = 512,
        dead_letters: DeadLetters | None = None,
        writes_back: bool = False,
    ) -> Function:
        """A function of the stack, named as its folder of `lambdas/` is."""
        return Function(
            self.stack,
            construct_id,
            stage=self.stage,
            layers=self.layers,
            folder=_folder(construct_id),
            settings=settings,
            role=role,
            timeout=timeout,
            memory_mb=memory_mb,
            dead_letters=dead_letters,
            writes_back=writes_back,
        )

    def shared_settings(self) -> dict[str, str]:
        """What deciding, performing and sweeping are all told."""
        return self.where() | {
            "case_table": self.table.table_name,
            "wake_queue_url": self.wake.queue_url,
            "bundle_bucket": self.bundles.bucket_name,
            "facts_stream": self.stream.name,
            "own_role": self.own_role,
        }

    def where(self) -> dict[str, str]:
        """The domain, the account and the region."""
        return {"domain_id": self.place.domain_id(self.stack), "account": self.stack.account, "region": self.stack.region}


def _folder(construct_id: str) -> str:
    """`NoteDelivery` runs lambdas/note_delivery."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", construct_id).lower()
