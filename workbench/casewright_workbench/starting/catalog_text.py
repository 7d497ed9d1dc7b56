"""A domain that exists as catalog.yaml."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from casewright.cases.catalog import FieldEntry
from casewright_authoring.catalog_file import ARNS
from casewright_workbench.starting.existing_domain import ExistingDomain

_PLAIN: Final = re.compile(r"(?!(?:true|false|null)$)[A-Za-z](?:[\w .()/&+-]*[\w.)])?", re.ASCII)
_ARN: Final = re.compile(r"arn:[\w:/.+=@-]+", re.ASCII)
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def catalog_yaml(domain: ExistingDomain) -> str:
    """The file: a field a line, options by label only where the value is another."""
    return "\n".join([*_domain(domain), *_instance(domain), *_mailboxes()]) + "\n"


def scalar(text: str) -> str:
    """A text as YAML reads it back: plain where it can be."""
    if _PLAIN.fullmatch(text) or _ARN.fullmatch(text):
        return text
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _domain(domain: ExistingDomain) -> Iterator[str]:
    yield f"# The Cases domain {scalar(domain.name)}, as it was read."
    yield "# Rules speak of fields and templates by these names: rename them as you like."
    yield f"domain_id: {scalar(domain.domain_id)}"
    yield "fields:"
    yield from (f"  {name}: {{{', '.join(_field(entry))}}}" for name, entry in domain.fields.items())
    yield from _table("templates", domain.templates)


def _field(entry: FieldEntry) -> Iterator[str]:
    yield f"id: {scalar(entry.id)}"
    yield f"type: {entry.type}"
    if entry.options:
        alike = all(label == value for label, value in entry.options.items())
        labels = [scalar(label) if alike else f"{scalar(label)}: {scalar(value)}" for label, value in entry.options.items()]
        yield f"options: [{', '.join(labels)}]" if alike else f"options: {{{', '.join(labels)}}}"


def _instance(domain: ExistingDomain) -> Iterator[str]:
    yield ""
    yield (
        "# What the Connect instance has."
        if domain.instance
        else "# No Connect instance of this domain could be seen: name what rules speak of."
    )
    for name in ARNS:
        yield from _table(name, getattr(domain, name))


def _mailboxes() -> Iterator[str]:
    yield ""
    yield "# Groups of addresses that mail may be sent to by name."
    yield from ("mailboxes:", "  team-leads: [team-leads@example.com]")


def _table(name: str, entries: Mapping[str, str]) -> Iterator[str]:
    yield f"{name}:" if entries else f"{name}: {{}}"
    yield from (f"  {scalar(key)}: {scalar(value)}" for key, value in entries.items())
