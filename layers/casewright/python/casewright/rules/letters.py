"""An email at one moment: every text filled, and safe for the place it stands in."""

from functools import partial

from casewright import actions
from casewright.conditions.mail_texts import as_html, as_plain, as_subject
from casewright.conditions.subjects import Facts, read
from casewright.rules.instructions import Email


def letter(email: Email, facts: Facts, *, to: tuple[str, ...]) -> actions.SendEmail:
    """The email as it goes out to these addresses."""
    reading, zone = partial(read, facts=facts), email.time_zone
    return actions.SendEmail(
        to=to,
        subject=as_subject(email.subject, reading, zone),
        text=as_plain(email.text, reading, zone),
        html=as_html(email.html, reading, zone),
        reply_to=email.reply_to,
    )
