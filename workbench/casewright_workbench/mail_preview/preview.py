"""An email as it would go out."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from casewright.aws.mail import headers_of
from casewright.bundle import Bundle
from casewright.cases.catalog import Catalog
from casewright.conditions.mail_texts import as_html, as_plain, as_subject
from casewright.conditions.subjects import Reading, Subject
from casewright.conditions.texts import Variable
from casewright.linking.linker import Linker
from casewright_workbench.mail_preview.samples import Samples, variable_of


class Preview(msgspec.Struct, frozen=True):
    """One email, filled. `samples` are the variables whose value is made up: `[sample: ...]` in text, `<mark>` in HTML."""

    email: str
    subject: str
    headers: dict[str, str]
    text: str
    html: str
    samples: tuple[str, ...]


def preview(name: str, bundle: Bundle, catalog: Catalog, given: Mapping[str, Reading], *, now: datetime) -> Preview:
    """The email of that name with the values that are given, by variable, and samples for the others."""
    email = Linker(catalog, bundle.emails, frozenset()).email(name, f"email {name}")
    samples, known, zone = Samples(catalog, now=now, zone=email.time_zone), frozenset(given), email.time_zone
    used = {variable_of(part.subject) for text in (email.subject, email.html) for part in text if isinstance(part, Variable)}

    def read(subject: Subject) -> Reading:
        return given[variable_of(subject)]

    return Preview(
        email=name,
        subject=as_subject(samples.filled(email.subject, known, "subject"), read, zone),
        headers={**_answers(email.reply_to), **headers_of(str(given.get("case.id", "CASE-ID")), "@SENDER-DOMAIN")},
        text=as_plain(samples.filled(email.text, known, "text"), read, zone),
        html=as_html(samples.filled(email.html, known, "html"), read, zone),
        samples=tuple(sorted(used - known)),
    )


def _answers(reply_to: tuple[str, ...]) -> dict[str, str]:
    return {"Reply-To": ", ".join(reply_to)} if reply_to else {}
