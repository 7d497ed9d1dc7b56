"""Amazon Connect Customer Profiles: the addresses of customers."""

import re
from typing import Final

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.aws.remembered import Remembered
from casewright.cases.recipients import as_ses_takes
from casewright.errors import NotFound, Refused
from casewright.ports.clock import Time

_PROFILE: Final = re.compile(r"arn:[a-z-]+:profile:[a-z0-9-]+:\d{12}:domains/([A-Za-z0-9_-]{1,64})/profiles/([A-Za-z0-9-]{1,64})")
_ADDRESSES: Final = ("EmailAddress", "PersonalEmailAddress", "BusinessEmailAddress")


class ProfileCustomers:
    """Fulfils Customers, with answers remembered for five minutes."""

    def __init__(self, client: Client, *, time: Time) -> None:
        self._client = client
        self._address: Remembered[str, str] = Remembered(self._search, time)

    def address(self, profile_arn: str) -> str:
        """SearchProfiles by id: the first of the addresses of the profile that is one."""
        return self._address(profile_arn)

    def _search(self, profile_arn: str) -> str:
        profile = _PROFILE.fullmatch(profile_arn)
        if profile is None:
            raise Refused(f"customer_id is {profile_arn!r}; accepted is arn:aws:profile:REGION:ACCOUNT:domains/NAME/profiles/ID")
        try:
            with translated("SearchProfiles"):
                answer = self._client.search_profiles(DomainName=profile[1], KeyName="_profileId", Values=[profile[2]])
        except NotFound:
            return ""
        items = [item for item in answer.get("Items", ()) if item.get("ProfileId") == profile[2]]
        return next((address for item in items for name in _ADDRESSES if (address := as_ses_takes(item.get(name, "")))), "")
