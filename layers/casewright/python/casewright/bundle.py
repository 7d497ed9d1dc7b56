"""Everything an operator wrote, compiled: names not yet linked to ids, with a content hash."""

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

from casewright.calendars.calendar import Calendar
from casewright.calendars.hours import BusinessHours, Resolved
from casewright.cases.catalog import Catalog
from casewright.errors import BadInput, UnreadableRecord
from casewright.linking.linker import Linker
from casewright.rules.instructions import Email
from casewright.rules.matching import Matcher, in_order
from casewright.rules.rule import Rule
from casewright.sla.policies import Policy

FORMAT: Final = 1
READS: Final = (1,)
"""Formats this release reads: its own and the one before, once there is one."""


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """The compiled contact_center/. Rules stand in firing order."""

    format: int = FORMAT
    rules: tuple[Rule, ...] = ()
    policies: tuple[Policy, ...] = ()
    emails: Mapping[str, Email] = {}
    calendars: Mapping[str, BusinessHours] = {}
    importers: tuple[str, ...] = ()
    """Who imports in bulk: names of IAM roles, ARNs of users, or custom entities. What they change is recorded and not acted on."""


class LinkedBundle(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle whose names are ids of one domain: what decisions are made with."""

    hash: str
    rules: tuple[Rule, ...]
    policies: tuple[Policy, ...]
    included_field_ids: frozenset[str]
    calendars: Mapping[str, Calendar] = {}
    importers: frozenset[str] = frozenset()
    matcher: Matcher = Matcher(())

    def __post_init__(self) -> None:
        """The rules, prepared for matching."""
        msgspec.structs.force_setattr(self, "matcher", Matcher(self.rules))


def write(bundle: Bundle) -> bytes:
    """The bundle as JSON with sorted keys: equal bundles give equal bytes."""
    return msgspec.json.encode(msgspec.structs.replace(bundle, rules=in_order(bundle.rules)), order="sorted")


def content_hash(written: bytes) -> str:
    """The name of a written bundle: 16 hex digits of its SHA-256."""
    return hashlib.sha256(written).hexdigest()[:16]


def read(written: bytes) -> Bundle:
    """Read a written bundle.

    Raises:
        UnreadableRecord: its format is not one of READS.
        BadInput: it is no bundle.
    """
    try:
        given = msgspec.json.decode(written, type=_Format).format
        if given not in READS:
            raise UnreadableRecord("bundle", given, READS)
        return msgspec.json.decode(written, type=Bundle)
    except msgspec.DecodeError as error:
        raise BadInput(f"bundle: {error}") from error


def link(bundle: Bundle, catalog: Catalog, *, bundle_hash: str) -> LinkedBundle:
    """Replace names by the ids of a domain.

    Raises:
        UnlinkedName: the catalog lacks a name the bundle uses.
    """
    linker = Linker(catalog, bundle.emails, frozenset(policy.name for policy in bundle.policies))
    return LinkedBundle(
        hash=bundle_hash,
        rules=tuple(linker.rule(rule) for rule in bundle.rules),
        policies=tuple(linker.policy(policy) for policy in bundle.policies),
        included_field_ids=catalog.included_field_ids,
        calendars={name: Resolved(name, hours) for name, hours in bundle.calendars.items()},
        importers=frozenset(bundle.importers),
    )


class _Format(msgspec.Struct):
    format: int
