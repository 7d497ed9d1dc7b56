"""Amazon Connect as one service: tasks, integration associations, and looking up what the instance has."""

from random import Random

from casewright_workbench.localcloud.appintegrations import AppIntegrations
from casewright_workbench.localcloud.connect.base import State
from casewright_workbench.localcloud.connect.contacts import ContactBook
from casewright_workbench.localcloud.connect.directory import DirectoryOperations
from casewright_workbench.localcloud.connect.instance import Instance
from casewright_workbench.localcloud.connect.integrations import IntegrationOperations
from casewright_workbench.localcloud.connect.tasks import TaskOperations
from casewright_workbench.localcloud.connect.users import UserOperations
from casewright_workbench.localcloud.service import Clock


class Connect(TaskOperations, IntegrationOperations, UserOperations, DirectoryOperations):
    """One Connect instance; its people, queues and flows are given, its tasks and associations are made.

    `contacts` is the book to hand to `ConnectCases`, so that tasks can be tied to cases; `app_integrations` is the service whose
    event integrations the instance may be associated with.
    """

    name = "connect"

    def __init__(
        self,
        clock: Clock,
        instance: Instance,
        *,
        app_integrations: AppIntegrations,
        seed: int = 0,
        max_active_tasks: int = 2500,
    ) -> None:
        self.contacts = ContactBook()
        self._state = State(
            clock=clock,
            instance=instance,
            contacts=self.contacts,
            event_integrations=app_integrations.integrations,
            random=Random(f"connect {seed}"),  # noqa: S311  (reproducible on purpose; nothing here is a secret)
            max_active_tasks=max_active_tasks,
        )
