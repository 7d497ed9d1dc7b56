"""Amazon Connect: tasks."""

from casewright.actions import CreateTask
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.errors import NotFound


class ConnectTasks:
    """Fulfils Tasks for one instance."""

    def __init__(self, client: Client, *, instance_id: str, account: str, region: str) -> None:
        self._client, self._instance = client, instance_id
        self._contact_arn = f"arn:aws:connect:{region}:{account}:instance/{instance_id}/contact/"

    def start(self, task: CreateTask, *, case_id: str, client_token: str) -> str:
        """StartTaskContact; the case id goes along as a contact attribute, for the flow to use."""
        with translated("StartTaskContact"):
            answer = self._client.start_task_contact(
                InstanceId=self._instance,
                ContactFlowId=task.flow_arn.rsplit("/", 1)[-1],
                Name=task.name or "Task",
                Attributes={"caseId": case_id},
                ClientToken=client_token,
                **({"Description": task.description} if task.description else {}),
            )
        return self._contact_arn + str(answer["ContactId"])

    def end(self, contact_id: str) -> bool:
        """StopContact, unless DescribeContact says it has ended: what StopContact answers then is not documented."""
        try:
            with translated("DescribeContact"):
                contact = self._client.describe_contact(InstanceId=self._instance, ContactId=contact_id)["Contact"]
            if contact.get("DisconnectTimestamp"):
                return False
            with translated("StopContact"):
                self._client.stop_contact(InstanceId=self._instance, ContactId=contact_id)
        except NotFound:
            return False
        return True
