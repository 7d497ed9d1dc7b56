"""Envelopes as fixtures: as they came, without who asked and without the account."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from casewright_workbench.doctor.probe.seen import Envelope
from casewright_workbench.localcloud.service import LOCAL_ACCOUNT

_PRINCIPAL: Final = re.compile(r"arn:aws[\w-]*:(?:iam|sts)::\d{12}:[^\"]+")
_AGENT: Final = re.compile(r"(arn:aws[\w-]*:connect:[^\"]+/agent/)[^\"]+")
_SOMEBODY: Final = f"arn:aws:sts::{LOCAL_ACCOUNT}:assumed-role/probe/session"


def save(envelopes: Iterable[Envelope], folder: Path, *, account: str) -> list[Path]:
    """One file an envelope, numbered as they came. All values of the case are those the probe gave it."""
    folder.mkdir(parents=True, exist_ok=True)
    written = list[Path]()
    for number, each in enumerate(envelopes, start=1):
        path = folder / f"{number:02}-{each.kind.lower().translate(str.maketrans('._', '--'))}.json"
        path.write_text(scrubbed(json.dumps(each.written, indent=2), account) + "\n", encoding="utf-8")
        written.append(path)
    return written


def scrubbed(text: str, account: str) -> str:
    """The text with one principal for all, one agent for all, and the account of AWS's own examples."""
    return _AGENT.sub(r"\1probe", _PRINCIPAL.sub(_SOMEBODY, text)).replace(account, LOCAL_ACCOUNT)
