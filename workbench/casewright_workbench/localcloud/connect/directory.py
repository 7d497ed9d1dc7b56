"""The instance, its queues and flows, as they were given to the constructor."""

from typing import Any

from casewright_workbench.localcloud.connect.base import Operations
from casewright_workbench.localcloud.connect.instance import Instance, id_in
from casewright_workbench.localcloud.connect.pages import page
from casewright_workbench.localcloud.service import Caller, Request, Response


class DirectoryOperations(Operations):
    """The operations that look things up in the instance; its users are in `users.py`."""

    def list_instances(self, request: Request, caller: Caller) -> Response:
        """List the instance, to callers of its account and region."""
        instance = self._state.instance
        found = [instance] if (instance.account, instance.region) == (caller.account, caller.region) else []
        shown, token = page(found, request, size=10)
        return {"InstanceSummaryList": [_describe_instance(one) for one in shown], "NextToken": token}

    def describe_instance(self, request: Request, caller: Caller) -> Response:
        """Describe the instance."""
        return {"Instance": _describe_instance(self._instance(request, caller))}

    def list_queues(self, request: Request, caller: Caller) -> Response:
        """List the queues, all of which are standard ones."""
        instance = self._instance(request, caller)
        standard = "STANDARD" in (request.get("QueueTypes") or ["STANDARD"])
        shown, token = page(sorted(instance.queues.items()) if standard else [], request, size=1000)
        listed = [{"Id": id_in(arn), "Arn": arn, "Name": name, "QueueType": "STANDARD"} for name, arn in shown]
        return {"QueueSummaryList": listed, "NextToken": token}

    def list_contact_flows(self, request: Request, caller: Caller) -> Response:
        """List the flows, all of which are published flows of type CONTACT_FLOW."""
        instance = self._instance(request, caller)
        inbound = "CONTACT_FLOW" in (request.get("ContactFlowTypes") or ["CONTACT_FLOW"])
        shown, token = page(sorted(instance.flows.items()) if inbound else [], request, size=1000)
        state = {"ContactFlowType": "CONTACT_FLOW", "ContactFlowState": "ACTIVE", "ContactFlowStatus": "PUBLISHED"}
        listed = [{"Id": id_in(arn), "Arn": arn, "Name": name, **state} for name, arn in shown]
        return {"ContactFlowSummaryList": listed, "NextToken": token}

    def list_quick_connects(self, request: Request, caller: Caller) -> Response:
        """List the quick connects, all of which lead to a queue."""
        instance = self._instance(request, caller)
        queues = "QUEUE" in (request.get("QuickConnectTypes") or ["QUEUE"])
        shown, token = page(sorted(instance.quick_connects.items()) if queues else [], request, size=1000)
        listed = [{"Id": id_in(arn), "Arn": arn, "Name": name, "QuickConnectType": "QUEUE"} for name, arn in shown]
        return {"QuickConnectSummaryList": listed, "NextToken": token}

    def list_task_templates(self, request: Request, caller: Caller) -> Response:
        """List the task templates, all of which are active and have a flow."""
        instance = self._instance(request, caller)
        active = request.get("Status", "ACTIVE") == "ACTIVE"
        found = [(name, arn) for name, arn in sorted(instance.task_templates.items()) if active and request.get("Name", name) == name]
        shown, token = page(found, request, size=100)
        listed = [{"Id": id_in(arn), "Arn": arn, "Name": name, "Status": "ACTIVE"} for name, arn in shown]
        return {"TaskTemplates": listed, "NextToken": token}


def _describe_instance(instance: Instance) -> dict[str, Any]:
    return {
        "Id": instance.id,
        "Arn": instance.arn,
        "IdentityManagementType": "CONNECT_MANAGED",
        "InstanceAlias": instance.alias,
        "InstanceStatus": "ACTIVE",
        "InboundCallsEnabled": True,
        "OutboundCallsEnabled": True,
        "InstanceAccessUrl": f"https://{instance.alias}.my.connect.aws",
    }
