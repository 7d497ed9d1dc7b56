"""Instances, users, queues and flows, as they were given to the constructor."""

from collections.abc import Callable
from typing import Any

from casewright_workbench.localcloud.connect.base import Operations
from casewright_workbench.localcloud.connect.errors import invalid_parameter, not_found
from casewright_workbench.localcloud.connect.instance import Instance, User, id_in
from casewright_workbench.localcloud.connect.pages import page
from casewright_workbench.localcloud.service import Caller, Request, Response

UserTest = Callable[[User], bool]
USER_FIELDS: dict[str, Callable[[User], str]] = {
    "username": lambda user: user.username,
    "firstname": lambda user: user.first_name,
    "lastname": lambda user: user.last_name,
    "resourceid": lambda user: user.id,
}


class DirectoryOperations(Operations):
    """The operations that look things up in the instance."""

    def list_instances(self, request: Request, caller: Caller) -> Response:
        """List the instance, to callers of its account and region."""
        instance = self._state.instance
        found = [instance] if (instance.account, instance.region) == (caller.account, caller.region) else []
        shown, token = page(found, request, size=10)
        return {"InstanceSummaryList": [_describe_instance(one) for one in shown], "NextToken": token}

    def describe_instance(self, request: Request, caller: Caller) -> Response:
        """Describe the instance."""
        return {"Instance": _describe_instance(self._instance(request, caller))}

    def describe_user(self, request: Request, caller: Caller) -> Response:
        """Describe a user by id."""
        instance = self._instance(request, caller)
        user = next((one for one in instance.users if one.id == id_in(request["UserId"])), None)
        if user is None:
            raise not_found("user", request["UserId"])
        identity = {"FirstName": user.first_name, "LastName": user.last_name, "Email": user.email}
        described = {"Id": user.id, "Arn": instance.user_arn(user), "Username": user.username, "IdentityInfo": identity}
        return {"User": described}

    def list_users(self, request: Request, caller: Caller) -> Response:
        """List the users."""
        instance = self._instance(request, caller)
        shown, token = page(instance.users, request, size=1000)
        listed = [{"Id": one.id, "Arn": instance.user_arn(one), "Username": one.username} for one in shown]
        return {"UserSummaryList": listed, "NextToken": token}

    def search_users(self, request: Request, caller: Caller) -> Response:
        """Find users by string conditions on username, names or id."""
        instance = self._instance(request, caller)
        if request.get("SearchFilter"):
            raise invalid_parameter("Users of this instance have no tags or hierarchy; SearchFilter finds nothing to compare.")
        passes = _read_criteria(request.get("SearchCriteria") or {})
        found = [user for user in instance.users if passes(user)]
        shown, token = page(found, request, size=100)
        users = [_user_summary(instance, user) for user in shown]
        return {"Users": users, "NextToken": token, "ApproximateTotalCount": len(found)}

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


def _read_criteria(criteria: dict[str, Any]) -> UserTest:
    """The test that search criteria describe; every part that is given must hold."""
    tests: list[UserTest] = []
    if "OrConditions" in criteria:
        either = [_read_criteria(one) for one in criteria["OrConditions"]]
        tests.append(lambda user: any(test(user) for test in either))
    tests += [_read_criteria(one) for one in criteria.get("AndConditions", ())]
    if "StringCondition" in criteria:
        tests.append(_read_string_condition(criteria["StringCondition"]))
    for unsupported in ("ListCondition", "HierarchyGroupCondition"):
        if unsupported in criteria:
            raise invalid_parameter(f"Users of this instance have no proficiencies or hierarchy; {unsupported} cannot be used.")
    return lambda user: all(test(user) for test in tests)


def _read_string_condition(condition: dict[str, Any]) -> UserTest:
    name, sought = condition.get("FieldName", ""), condition.get("Value", "").lower()
    if name.lower() not in USER_FIELDS:
        raise invalid_parameter(f"The FieldName {name!r} is not known; accepted: Username, FirstName, LastName, resourceId.")
    read = USER_FIELDS[name.lower()]
    match condition.get("ComparisonType", "EXACT"):
        case "STARTS_WITH":
            return lambda user: read(user).lower().startswith(sought)
        case "CONTAINS":
            return lambda user: sought in read(user).lower()
        case _:
            return lambda user: read(user).lower() == sought


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


def _user_summary(instance: Instance, user: User) -> dict[str, Any]:
    names = {"FirstName": user.first_name, "LastName": user.last_name}
    return {"Id": user.id, "Arn": instance.user_arn(user), "Username": user.username, "IdentityInfo": names}
