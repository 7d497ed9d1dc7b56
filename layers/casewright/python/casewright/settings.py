"""What each function is told by its environment: one class per function, written by the stacks and read by `wiring`.

A field `case_table` is the environment variable CASE_TABLE.
"""

from collections.abc import Mapping
from typing import Any, Self

import msgspec

from casewright.errors import MissingSetting


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What every function needs to know about where it stands."""

    domain_id: str
    account: str
    region: str

    def as_environment(self) -> dict[str, str]:
        """Write the settings as environment variables; `from_environment` reads them back."""
        return {name.upper(): str(value) for name, value in msgspec.structs.asdict(self).items()}

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read the settings of one function.

        Raises:
            MissingSetting: naming the variable, what was given and what would be accepted.
        """
        given: dict[str, Any] = {}
        for field in msgspec.structs.fields(cls):
            name = field.name.upper()
            if name in environ:
                given[field.name] = _read(name, environ[name], field.type)
            elif field.required:
                raise MissingSetting(name, None, f"a value for {cls.__name__}.{field.name}")
        return cls(**given)


class AutomationSettings(Settings, frozen=True, kw_only=True):
    """What decide, perform and sweep share."""

    case_table: str
    wake_queue_url: str
    bundle_bucket: str
    facts_stream: str
    own_role: str
    """Name of the role of `perform`: the second half of the proof that an event is our own."""


class DecideSettings(AutomationSettings, frozen=True, kw_only=True):
    """Environment of `decide`."""

    case_events_queue_url: str
    dead_letter_queue_url: str


class PerformSettings(AutomationSettings, frozen=True, kw_only=True):
    """Environment of `perform`."""

    instance_id: str
    mail_from: str
    mail_configuration_set: str = ""
    mail_from_name: str = ""
    """Shown beside the address of the sender."""
    mail_reply_to: str = ""
    """Where answers go unless an email says otherwise; empty for the sender."""
    event_bus: str = "default"
    webhooks: str = ""
    """Names of the webhooks that are deployed, separated by blanks."""
    mail_per_recipient_a_day: int = 20
    quotas: str = ""
    """Calls a second of APIs, `UpdateCase=4 SendEmail=20`; half of the documented default quota of those not named."""


class SweepSettings(AutomationSettings, frozen=True, kw_only=True):
    """Environment of `sweep`."""

    case_events_queue_url: str


class ReconcileSettings(Settings, frozen=True, kw_only=True):
    """Environment of `reconcile`."""

    case_table: str
    bundle_bucket: str
    case_events_queue_url: str
    calls_a_minute: int
    """To Cases, of all operations together."""


class NoteDeliverySettings(Settings, frozen=True, kw_only=True):
    """Environment of `note_delivery`."""

    case_table: str
    case_events_queue_url: str
    dead_letter_queue_url: str


class ShapeRecordsSettings(Settings, frozen=True, kw_only=True):
    """Environment of `shape_records`."""

    listed_fields: str = ""
    """Ids of fields, separated by blanks, whose texts may come into the lake; everything personal stays out by default."""


class ConfigureDomainSettings(Settings, frozen=True, kw_only=True):
    """Environment of `configure_domain`."""

    instance_id: str
    bundle_bucket: str


def _read(name: str, text: str, kind: object) -> object:
    if kind is not int:
        return text
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise MissingSetting(name, text, "a whole number above 0")
    return int(text)
