"""Amazon Connect: tasks."""

from datetime import datetime

from casewright.actions import CreateTask
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.errors import NotFound, Refused


class ConnectTasks:
    """Fulfils Tasks for one instance."""

    def __init__(self, client: Client, *, instance_id: str, account: str, region: str) -> None:
        self._client, self._instance = client, instance_id
        self._contact_arn = f"arn:aws:connect:{region}:{account}:instance/{instance_id}/contact/"

    def start(self, task: CreateTask, *, at: datetime | None, case_id: str, client_token: str) -> str:
        """StartTaskContact; the case id goes along as a contact attribute, for the flow to use."""
        arns = {"ContactFlowId": task.flow_arn, "QuickConnectId": task.quick_connect_arn, "TaskTemplateId": task.task_template_arn}
        with translated("StartTaskContact"):
            answer = self._client.start_task_contact(
                InstanceId=self._instance,
                Name=task.name or "Task",
                Attributes={"caseId": case_id},
                ClientToken=client_token,
                References={each.label: {"Type": each.type, "Value": each.value} for each in task.references},
                **{name: arn.rsplit("/", 1)[-1] for name, arn in arns.items() if arn},
                **({"Description": task.description} if task.description else {}),
                **({"ScheduledTime": at} if at else {}),
            )
        return self._contact_arn + str(answer["ContactId"])

    def end(self, contact_id: str) -> bool:
        """StopContact, unless DescribeContact says it has ended: what StopContact answers then is not documented."""
        try:
            if self._has_ended(contact_id):
                return False
            with translated("StopContact"):
                self._client.stop_contact(InstanceId=self._instance, ContactId=contact_id)
        except NotFound:
            return False
        except Refused:
            if self._has_ended(contact_id):  # between the two calls
                return False
            raise
        return True

    def _has_ended(self, contact_id: str) -> bool:
        with translated("DescribeContact"):
            contact = self._client.describe_contact(InstanceId=self._instance, ContactId=contact_id)["Contact"]
        return bool(contact.get("DisconnectTimestamp"))
