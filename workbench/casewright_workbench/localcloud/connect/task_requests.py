"""What a request to start a task may ask for."""

import re
from datetime import datetime, timedelta

from casewright_workbench.localcloud.connect.errors import invalid_parameter, invalid_request
from casewright_workbench.localcloud.service import Request

TARGETS = ("ContactFlowId", "QuickConnectId", "TaskTemplateId")
REFERENCE_TYPES = ("URL", "NUMBER", "STRING", "DATE", "EMAIL")
MAX_REFERENCE_BYTES = 4096
MAX_ATTRIBUTE_BYTES = 32_768
MAX_ATTACHMENTS = 5
FURTHEST = timedelta(days=6)
LIFE = timedelta(days=7)
LONGEST_LIFE = timedelta(days=90)
ATTRIBUTE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def check_task(request: Request, *, now: datetime) -> None:
    """Refuse a request that names no single target, or whose parts are too large, of a wrong kind, or too far ahead."""
    given = [name for name in TARGETS if name in request]
    if len(given) != 1:
        raise invalid_request(f"A task needs exactly one of {', '.join(TARGETS)}; given: {', '.join(given) or 'none'}.")
    _check_references(request)
    _check_attributes(request)
    if len(request.get("Attachments", ())) > MAX_ATTACHMENTS:
        raise invalid_parameter(f"A task takes at most {MAX_ATTACHMENTS} attachments.")
    scheduled = request.get("ScheduledTime")
    if scheduled and not now <= scheduled <= now + FURTHEST:
        raise invalid_parameter(f"ScheduledTime lies between now and {FURTHEST.days} days ahead; given: {scheduled.isoformat()}.")
    if not timedelta(0) < life_of(request) <= LONGEST_LIFE:
        raise invalid_parameter(f"connect:ContactExpiry lies between 1 minute and {LONGEST_LIFE.days} days.")


def life_of(request: Request) -> timedelta:
    """How long a task lives: what its segment attributes say, else seven days."""
    expiry = request.get("SegmentAttributes", {}).get("connect:ContactExpiry", {}).get("ValueMap", {})
    minutes = expiry.get("ExpiryDuration", {}).get("ValueInteger")
    return LIFE if minutes is None else timedelta(minutes=minutes)


def _check_references(request: Request) -> None:
    references = request.get("References", {})
    for name, reference in references.items():
        if reference["Type"] not in REFERENCE_TYPES:
            accepted = ", ".join(REFERENCE_TYPES)
            raise invalid_parameter(f"The reference {name!r} is of type {reference['Type']}; a new task takes: {accepted}.")
    for name, reference in references.items():
        if reference["Type"] == "DATE" and not reference.get("Value", "").removeprefix("-").isdecimal():
            raise invalid_parameter(f"The reference {name!r} is a DATE, which is given as an epoch timestamp.")
    size = sum(len(name.encode()) + len(one.get("Value", "").encode()) for name, one in references.items())
    if size > MAX_REFERENCE_BYTES:
        raise invalid_parameter(f"The references of a task take at most {MAX_REFERENCE_BYTES} bytes; these take {size}.")


def _check_attributes(request: Request) -> None:
    attributes = request.get("Attributes", {})
    for key in attributes:
        if not ATTRIBUTE_KEY.fullmatch(key):
            raise invalid_parameter(f"The attribute key {key!r} has other characters than A-Z a-z 0-9 - _.")
    size = sum(len(key.encode()) + len(value.encode()) for key, value in attributes.items())
    if size > MAX_ATTRIBUTE_BYTES:
        raise invalid_parameter(f"The attributes of a contact take at most {MAX_ATTRIBUTE_BYTES} bytes; these take {size}.")
