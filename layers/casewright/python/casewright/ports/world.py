"""Ports to the rest of the world that effects change."""

from datetime import datetime
from typing import Protocol

from casewright.actions import CreateTask, PutEvent, SendEmail


class Tasks(Protocol):
    """Tasks of the Connect instance."""

    def start(self, task: CreateTask, *, at: datetime | None, case_id: str, client_token: str) -> str:
        """Start a task, at a time or at once; answers its contact ARN; the same token starts it once.

        Raises:
            NotFound: the flow, quick connect or task template is gone.
            Refused: the service took the task for wrong.
        """
        ...

    def end(self, contact_id: str) -> bool:
        """End a task; False when it had ended before."""
        ...


class Mail(Protocol):
    """Sending mail. There is no client token: asking twice sends twice."""

    def send(self, email: SendEmail, *, effect_key: str, case_id: str) -> str:
        """Send one message; answers its id. Raises Refused or SendingPaused."""
        ...


class Bus(Protocol):
    """The event buses."""

    def put(self, event: PutEvent, *, case_id: str, effect_key: str) -> str:
        """Put one event, source `casewright`, on the bus it names; answers its id. Raises Refused."""
        ...
