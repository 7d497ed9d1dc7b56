"""Amazon Connect Customer Profiles, as far as looking up who a customer is: profiles made, found by search keys, deleted.

What the service assumes stands in docs/emulator.md.
"""

from collections.abc import Mapping
from random import Random
from typing import Any
from uuid import UUID

from .connect.pages import page
from .service import Caller, Request, Response, ServiceError

_KEYS = {
    "_profileId": ("ProfileId",),
    "_account": ("AccountNumber",),
    "_email": ("EmailAddress", "PersonalEmailAddress", "BusinessEmailAddress"),
    "_phone": ("PhoneNumber", "MobilePhoneNumber", "HomePhoneNumber", "BusinessPhoneNumber"),
}
"""Predefined search keys, and the members of a profile that each looks at."""

Profile = dict[str, Any]


class CustomerProfiles:
    """The domains are there as soon as a profile is made in one."""

    name = "customer-profiles"

    def __init__(self, *, seed: int = 0) -> None:
        self._domains: dict[str, dict[str, Profile]] = {}
        self._random = Random(f"profiles {seed}")  # noqa: S311  (reproducible on purpose; nothing here is a secret)

    def arn(self, domain: str, profile_id: str, *, account: str, region: str) -> str:
        """The ARN of a profile, as the field customer_id of a case holds it."""
        return f"arn:aws:profile:{region}:{account}:domains/{domain}/profiles/{profile_id}"

    def create_profile(self, request: Request, _caller: Caller) -> Response:
        """Make a profile."""
        profile_id = UUID(int=self._random.getrandbits(128), version=4).hex
        members = {name: value for name, value in request.items() if name != "DomainName"}
        self._domains.setdefault(request["DomainName"], {})[profile_id] = {**members, "ProfileId": profile_id}
        return {"ProfileId": profile_id}

    def update_profile(self, request: Request, _caller: Caller) -> Response:
        """Change members of a profile; an empty text takes one away."""
        profile = self._domain(request).get(request["ProfileId"])
        if profile is None:
            raise ServiceError("ResourceNotFoundException", f"No profile {request['ProfileId']!r} exists.")
        changed = {name: value for name, value in request.items() if name not in ("DomainName", "ProfileId")}
        profile.update(changed)
        for name in [name for name, value in changed.items() if value == ""]:
            del profile[name]
        return {"ProfileId": request["ProfileId"]}

    def delete_profile(self, request: Request, _caller: Caller) -> Response:
        """Forget a profile."""
        self._domain(request).pop(request["ProfileId"], None)
        return {"Message": "OK"}

    def search_profiles(self, request: Request, _caller: Caller) -> Response:
        """Profiles that match any of the search keys, or all of them with `LogicalOperator` AND."""
        keys = [(request["KeyName"], request["Values"])]
        keys += [(each["KeyName"], each["Values"]) for each in request.get("AdditionalSearchKeys", ())]
        combine = all if request.get("LogicalOperator") == "AND" else any
        profiles = self._domain(request).values()
        found = [profile for profile in profiles if combine(_matches(profile, name, values) for name, values in keys)]
        shown, token = page(found, request, size=20)
        return {"Items": shown, "NextToken": token}

    def _domain(self, request: Request) -> dict[str, Profile]:
        if request["DomainName"] not in self._domains:
            raise ServiceError("ResourceNotFoundException", f"Domain {request['DomainName']} does not exist.")
        return self._domains[request["DomainName"]]


def _matches(profile: Mapping[str, Any], name: str, values: list[str]) -> bool:
    if name not in _KEYS:
        raise ServiceError("BadRequestException", f"The search key {name!r} is not read here; accepted: {', '.join(_KEYS)}.")
    return any(profile.get(member) in values for member in _KEYS[name])
