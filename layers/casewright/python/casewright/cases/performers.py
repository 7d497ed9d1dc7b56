"""Who performed a change, and whether it was us.

A write of ours carries `performedBy.customEntity = casewright/<write id>/<hop>` where the API takes it. Anybody could write that text,
so an event is our own only if the IAM principal is our role too. Deletes take no performedBy: there the role alone decides.
"""

import re
from typing import Final, Literal

import msgspec

PerformerKind = Literal["user", "custom_entity", "iam"]

_OWN_ENTITY: Final = re.compile(r"casewright/([0-9a-f]{32})/([0-9]{1,2})")


class Performer(msgspec.Struct, frozen=True, gc=False):
    """The performedBy of an event."""

    iam_principal_arn: str = ""
    user_arn: str = ""
    custom_entity: str = ""

    @property
    def kind(self) -> PerformerKind:
        """`user` before `custom_entity` before the bare IAM principal."""
        if self.user_arn:
            return "user"
        return "custom_entity" if self.custom_entity else "iam"

    @property
    def id(self) -> str:
        """The ARN or entity that `kind` speaks of."""
        return self.user_arn or self.custom_entity or self.iam_principal_arn


class OwnWrite(msgspec.Struct, frozen=True, gc=False):
    """The write of ours that caused an event. `write_id` is empty where the API carries none (deletes)."""

    write_id: str
    hop: int


def entity_for(write_id: str, hop: int) -> str:
    """The customEntity a write of ours carries; its alphabet is what Cases accepts ([a-zA-Z0-9_-.@:/ ], at most 500)."""
    return f"casewright/{write_id}/{hop}"


def is_own_entity(custom_entity: str) -> bool:
    """Whether it is spelt as a write of ours spells it; that proves nothing about who wrote it."""
    return _OWN_ENTITY.fullmatch(custom_entity) is not None


def own_write(performer: Performer, *, own_role: str, is_delete: bool) -> OwnWrite | None:
    """Tell which write of ours caused the event, or None when anyone else did.

    `own_role` is the name of the role of `perform`.
    """
    if not own_role or role_name(performer.iam_principal_arn) != own_role:
        return None
    if found := _OWN_ENTITY.fullmatch(performer.custom_entity):
        return OwnWrite(write_id=found[1], hop=int(found[2]))
    return OwnWrite(write_id="", hop=1) if is_delete else None


def role_name(principal_arn: str) -> str:
    """The role in `arn:aws:iam::1:role/[path/]NAME` or `arn:aws:sts::1:assumed-role/NAME/session`; empty for anything else."""
    if ":assumed-role/" in principal_arn:
        return principal_arn.split("/")[1]
    return principal_arn.rsplit("/", 1)[-1] if ":role/" in principal_arn else ""
