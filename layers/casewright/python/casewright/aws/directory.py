"""Amazon Connect: the users of the instance, and the addresses they get mail at."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.remembered import Remembered
from casewright.cases.recipients import as_ses_takes
from casewright.errors import NotFound, Refused
from casewright.ports.clock import Time

MOST_USERS: Final = 1000
"""Who may carry the tags that mail goes to."""

_PAGE: Final = 500

ADDRESSES_FOR: Final = timedelta(hours=1)
"""How long an address is remembered: the users of a team of 1,000 are looked up one a second, by messages that take turns."""


class ConnectDirectory:
    """Fulfils Directory for one instance, with answers remembered for five minutes, and addresses for an hour."""

    def __init__(self, client: Client, *, instance_id: str, time: Time) -> None:
        self._client, self._instance = client, instance_id
        self._tagged: Remembered[tuple[tuple[str, str], ...], tuple[str, ...]] = Remembered(self._search_tags, time)
        self._login: Remembered[str, str] = Remembered(self._search_login, time)
        self._address: Remembered[str, str] = Remembered(self._describe, time, keep=ADDRESSES_FOR)

    def tagged(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """SearchUsers by tags, up to 1,000 users."""
        return self._tagged(tuple(sorted(tags.items())))

    def with_login(self, login: str) -> str:
        """SearchUsers by user name, which Connect compares without case."""
        return self._login(login)

    def address(self, user: str) -> str:
        """DescribeUser: the address where Connect itself would notify the user, else the login where it is an address."""
        return self._address(user.rpartition("/")[2])

    def _search_tags(self, tags: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
        conditions = [{"TagKey": name, "TagValue": value} for name, value in tags]
        wanted = {"AndConditions": conditions} if len(conditions) > 1 else {"TagCondition": conditions[0]}
        found, token = list[str](), ""
        while True:
            answer = self._search({"SearchFilter": {"TagFilter": wanted}}, token)
            found += [str(user["Arn"]) for user in answer.get("Users", ())]
            token = answer.get("NextToken", "")
            if len(found) > MOST_USERS:
                raise Refused(f"more than {MOST_USERS} users are tagged {dict(tags)}; mail to tagged users goes to at most that many")
            if not token:
                return tuple(dict.fromkeys(found))

    def _search_login(self, login: str) -> str:
        wanted = {"StringCondition": {"FieldName": "Username", "Value": login, "ComparisonType": "EXACT"}}
        users = self._search({"SearchCriteria": wanted}).get("Users", ())
        return next((str(user["Arn"]) for user in users if str(user["Username"]).lower() == login.lower()), "")

    def _search(self, wanted: Mapping[str, Any], token: str = "") -> Mapping[str, Any]:
        with translated("SearchUsers"):
            answer: Mapping[str, Any] = self._client.search_users(
                InstanceId=self._instance, MaxResults=_PAGE, **wanted, **({"NextToken": token} if token else {})
            )
        return answer

    def _describe(self, user_id: str) -> str:
        try:
            with translated("DescribeUser"):
                user = self._client.describe_user(InstanceId=self._instance, UserId=user_id)["User"]
        except NotFound:
            return ""
        identity = user.get("IdentityInfo", {})
        candidates = (identity.get("SecondaryEmail", ""), identity.get("Email", ""), user.get("Username", ""))
        return next((address for each in candidates if (address := as_ses_takes(each))), "")
