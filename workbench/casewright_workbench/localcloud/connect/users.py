"""Users of the instance: those given to the constructor, those made since, and how they are found."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from casewright_workbench.localcloud.connect.base import Operations
from casewright_workbench.localcloud.connect.errors import duplicate, invalid_parameter, not_found
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


class UserOperations(Operations):
    """The operations on users."""

    def create_user(self, request: Request, caller: Caller) -> Response:
        """Make a user; its profiles are not looked at."""
        instance, username = self._instance(request, caller), request["Username"]
        if any(one.username.lower() == username.lower() for one in self._state.users):
            raise duplicate(f"A user {username!r} exists.")
        identity = request.get("IdentityInfo", {})
        user = User(
            id=self._state.uuid(),
            username=username,
            email=identity.get("Email", ""),
            first_name=identity.get("FirstName", ""),
            last_name=identity.get("LastName", ""),
            secondary_email=identity.get("SecondaryEmail", ""),
            tags=request.get("Tags", {}),
        )
        self._state.users.append(user)
        return {"UserId": user.id, "UserArn": instance.user_arn(user)}

    def describe_user(self, request: Request, caller: Caller) -> Response:
        """Describe a user by id."""
        instance = self._instance(request, caller)
        user = self._state.users[self._place(request["UserId"])]
        names = {"FirstName": user.first_name, "LastName": user.last_name}
        identity = {**names, "Email": user.email or None, "SecondaryEmail": user.secondary_email or None}
        described = {"Id": user.id, "Arn": instance.user_arn(user), "Username": user.username, "IdentityInfo": identity}
        return {"User": {**described, "Tags": dict(user.tags) or None}}

    def list_users(self, request: Request, caller: Caller) -> Response:
        """List the users."""
        instance = self._instance(request, caller)
        shown, token = page(self._state.users, request, size=1000)
        listed = [{"Id": one.id, "Arn": instance.user_arn(one), "Username": one.username} for one in shown]
        return {"UserSummaryList": listed, "NextToken": token}

    def search_users(self, request: Request, caller: Caller) -> Response:
        """Find users by tags, and by string conditions on username, names or id."""
        instance = self._instance(request, caller)
        carries = _read_filter(request.get("SearchFilter") or {})
        passes = _read_criteria(request.get("SearchCriteria") or {})
        found = [user for user in self._state.users if carries(user) and passes(user)]
        shown, token = page(found, request, size=100)
        users = [_summary(instance, user) for user in shown]
        return {"Users": users, "NextToken": token, "ApproximateTotalCount": len(found)}

    def tag_resource(self, request: Request, _caller: Caller) -> Response:
        """Tag a user, by ARN; nothing else here carries tags."""
        place = self._place(request["resourceArn"])
        user = self._state.users[place]
        self._state.users[place] = replace(user, tags={**user.tags, **request["tags"]})
        return {}

    def _place(self, given: str) -> int:
        found = [place for place, one in enumerate(self._state.users) if one.id == id_in(given)]
        if not found:
            raise not_found("user", given)
        return found[0]


def _read_filter(given: dict[str, Any]) -> UserTest:
    """The test that a search filter describes: one tag, all of some, or any of several such lists."""
    if "UserAttributeFilter" in given:
        raise invalid_parameter("UserAttributeFilter is not read here; accepted: TagFilter.")
    match given.get("TagFilter", {}):
        case {"TagCondition": condition}:
            return _carries([condition])
        case {"AndConditions": conditions}:
            return _carries(conditions)
        case {"OrConditions": lists}:
            either = [_carries(conditions) for conditions in lists]
            return lambda user: any(test(user) for test in either)
        case _:
            return lambda _user: True


def _carries(conditions: list[Mapping[str, str]]) -> UserTest:
    return lambda user: all(user.tags.get(each["TagKey"]) == each["TagValue"] for each in conditions)


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


def _summary(instance: Instance, user: User) -> dict[str, Any]:
    """As SearchUsers tells it, without mail addresses."""
    names = {"FirstName": user.first_name, "LastName": user.last_name}
    summary = {"Id": user.id, "Arn": instance.user_arn(user), "Username": user.username, "IdentityInfo": names}
    return {**summary, "Tags": dict(user.tags) or None}
