"""What differs between one deployment of Casewright and another: everything else is the same code."""

import re
import sys
from collections.abc import Mapping
from typing import Final, Self

import msgspec
from aws_cdk import Environment

from casewright.cases.regions import CASES_REGIONS
from casewright.errors import UnknownQuota
from casewright.quotas import ours

RUNTIMES: Final = ("python3.11", "python3.12", "python3.13", "python3.14")
LOG_RETENTIONS: Final = {
    1: "ONE_DAY", 3: "THREE_DAYS", 5: "FIVE_DAYS", 7: "ONE_WEEK", 14: "TWO_WEEKS", 30: "ONE_MONTH", 60: "TWO_MONTHS", 90: "THREE_MONTHS",
    120: "FOUR_MONTHS", 150: "FIVE_MONTHS", 180: "SIX_MONTHS", 365: "ONE_YEAR", 400: "THIRTEEN_MONTHS", 545: "EIGHTEEN_MONTHS",
    731: "TWO_YEARS", 1096: "THREE_YEARS", 1827: "FIVE_YEARS", 3653: "TEN_YEARS",
}  # fmt: skip
"""The numbers of days CloudWatch Logs accepts, and CDK's names for them."""

_SHAPES: Final = {
    "name": (r"[a-z][a-z0-9-]{0,19}", "1 to 20 of a-z 0-9 -, a letter first"),
    "account": (r"\d{12}", "12 digits, or null for the account of the credentials"),
    "mail_configuration_set": (r"[A-Za-z0-9_-]{0,64}", 'the name of an SES configuration set (A-Z a-z 0-9 _ -), or "" to make one'),
    "domain_id": (r"[A-Za-z0-9-]{1,500}", "the id of an existing Cases domain, or null to create one"),
    "instance_id": (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "the id of the Connect instance, the last part of its ARN"),
    "mail_from": (r"(?!.*[^!-~])[^@<>]+@[^@<>]+\.[^@<>]+", "a bare address in ASCII such as cases@example.com, of a verified SES identity"),
    "mail_from_name": (r"[^\x00-\x1f\x7f]{0,64}", "at most 64 characters on one line, such as Brookline Outfitters"),
    "mail_reply_to": (r"(?!.*[^!-~])[^@,;<>]+@[^@,;<>]+\.[^@,;<>]+", "a bare address in ASCII such as care@example.com, or null"),
    "alarm_topic": (r"arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+", "the ARN of an SNS topic, or null"),
}
_ACCEPTED: Final[Mapping[str, str]] = {field: accepted for field, (_, accepted) in _SHAPES.items()} | {
    "region": "a region with Amazon Connect Cases: " + ", ".join(sorted(CASES_REGIONS)),
    "runtime": "one of " + ", ".join(RUNTIMES),
    "log_retention_days": "one of " + ", ".join(map(str, LOG_RETENTIONS)),
    "raw_retention_days": "a whole number above 0",
    "mail_per_recipient_a_day": "a whole number above 0",
    "decide_concurrency": "2 to 1000 (Lambda event source mapping)",
    "listed_fields": "a list of ids of fields, without spaces in them",
    "quotas": 'calls a second of an API, as numbers: {"UpdateCase": 4}',
}


class StageError(ValueError):
    """A stage that cannot be deployed: says which field, what was given and what would be accepted."""

    def __init__(self, stage: str, field: str, given: object, accepted: str) -> None:
        self.stage, self.field, self.given, self.accepted = stage, field, given, accepted
        super().__init__(f"cdk.json: stages.{stage}.{field} is {given!r}; accepted: {accepted}")


class Stage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One deployment: where it stands, whose domain it serves, how much it may spend.

    Raises:
        StageError: a field has a value that could only fail later, on AWS.
    """

    name: str
    region: str
    instance_id: str
    mail_from: str
    account: str | None = None
    domain_id: str | None = None
    """None creates a domain and associates it with the instance."""
    mail_configuration_set: str = ""
    mail_from_name: str = ""
    mail_reply_to: str | None = None
    """None lets answers go to the sender."""
    mail_per_recipient_a_day: int = 20
    """So much mail one address gets in a day, so that two programs that answer each other come to an end."""
    alarm_topic: str | None = None
    runtime: str
    log_retention_days: int = 90
    raw_retention_days: int = 30
    """How long the event archive and the raw backup of the lake are kept."""
    listed_fields: tuple[str, ...] = ()
    """Ids of fields whose texts may come into the lake."""
    decide_concurrency: int = 10
    quotas: Mapping[str, float] = {}
    """Calls a second that performing may make of an API; half of the documented default quota of those not named."""

    def __post_init__(self) -> None:
        for field, (shape, accepted) in _SHAPES.items():
            given = getattr(self, field)
            if given is not None and not re.fullmatch(shape, given, re.ASCII):
                raise StageError(self.name, field, given, accepted)
        self._check_choices()
        self._check_quotas()
        self._check_runtime()

    @classmethod
    def read(cls, name: str, given: Mapping[str, object] | None) -> Self:
        """Make a stage of its entry in cdk.json."""
        if not isinstance(given, Mapping):
            raise StageError(name, "*", given, "an object under `stages` in the context of cdk.json")
        fields = {field.name: field for field in msgspec.structs.fields(cls) if field.name != "name"}
        if unknown := sorted(set(given) - set(fields)):
            raise StageError(name, unknown[0], given[unknown[0]], "nothing, no field is called that; there are " + ", ".join(fields))
        for field in fields.values():
            if field.required or field.name in given:
                _check_type(name, field, given.get(field.name))
        try:
            return msgspec.convert({"name": name, **given}, cls)
        except msgspec.ValidationError as error:
            if isinstance(error.__cause__, StageError):
                raise error.__cause__ from None
            raise

    @property
    def creates_domain(self) -> bool:
        """Is the Cases domain made by these stacks, with its fields and templates?"""
        return self.domain_id is None

    @property
    def environment(self) -> Environment:
        """Account and region as CDK takes them; without an account, that of the credentials of the deployment."""
        return Environment(account=self.account, region=self.region)

    def _check_choices(self) -> None:
        topic_region = (self.alarm_topic or "").split(":")[3:4]
        fits = {
            "region": self.region in CASES_REGIONS,
            "log_retention_days": self.log_retention_days in LOG_RETENTIONS,
            "raw_retention_days": self.raw_retention_days > 0,
            "mail_per_recipient_a_day": self.mail_per_recipient_a_day > 0,
            "decide_concurrency": 2 <= self.decide_concurrency <= 1000,
            "listed_fields": all(re.fullmatch(r"\S+", field) for field in self.listed_fields),
            "runtime": self.runtime in RUNTIMES,
        }
        for field, is_fitting in fits.items():
            if not is_fitting:
                raise StageError(self.name, field, getattr(self, field), _ACCEPTED[field])
        if topic_region not in ([], [self.region]):
            accepted = f"a topic in {self.region}, where the alarms are: CloudWatch notifies no other region"
            raise StageError(self.name, "alarm_topic", self.alarm_topic, accepted)

    def _check_quotas(self) -> None:
        try:
            ours(self.quotas)
        except UnknownQuota as error:
            raise StageError(self.name, "quotas", dict(self.quotas), str(error)) from error

    def _check_runtime(self) -> None:
        if self.runtime != running_runtime():
            accepted = f"{running_runtime()}, the Python that runs synth (the layers carry its byte code), or run synth with {self.runtime}"
            raise StageError(self.name, "runtime", self.runtime, accepted)


def _check_type(stage: str, field: msgspec.structs.FieldInfo, given: object) -> None:
    try:
        msgspec.convert(given, field.type)
    except msgspec.ValidationError as error:
        raise StageError(stage, field.name, given, _ACCEPTED[field.name]) from error


def running_runtime() -> str:
    """The Lambda runtime of the interpreter this runs on: `python3.11`."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"
