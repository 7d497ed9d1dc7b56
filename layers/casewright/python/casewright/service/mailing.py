"""Mailing: whether an email may be sent, and to whom of its recipients; what may not go out yet waits, and nothing is lost."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime

import msgspec
from msgspec.structs import replace

from casewright.actions import SendEmail
from casewright.asking import effect_key
from casewright.cases.recipients import in_words
from casewright.decision import Effect, Outcome
from casewright.errors import CasewrightError, MailNotReady, Refused, Retryable, SendingPaused, Unanswered, Unavailable
from casewright.ports.effects import Sends
from casewright.ports.mail import Allowance, MailAccount, MailPace, Standing, Suppression
from casewright.ports.world import Mail
from casewright.service.addressing import Found, People, found, messages
from casewright.service.wanted import HELD
from casewright.telemetry import Telemetry


class Mailing(msgspec.Struct, frozen=True, kw_only=True):
    """The ports of sending mail."""

    mail: Mail
    account: MailAccount
    pace: MailPace
    people: People
    suppression: Suppression
    allowance: Allowance
    sends: Sends
    telemetry: Telemetry


class _Reached(msgspec.Struct, frozen=True):
    """Recipients of a message who may get it, and how many others may not, by why."""

    addresses: tuple[str, ...]
    suppressed: int
    over_budget: int


def mailed(effect: Effect, email: SendEmail, ports: Mailing, *, interrupted: bool) -> Outcome:
    """Send an email, or have its messages follow where it becomes several.

    Raises:
        SendingPaused: SES sends nothing now for this account, or nothing more today.
        MailNotReady: what it takes to send could not be found out; nothing was sent.
        Refused: SES took the mail for wrong.
    """
    try:
        with _nothing_sent_yet():
            standing = _standing(ports, afresh=interrupted)
            each = messages(email, ports.people.directory)
            if len(each) > 1:
                return _followed(effect, each, ports.people.time.now())
            told = found(each[0], ports.people) if each else None
            if told is None or not told.addresses:
                return Outcome(status="failed", detail=f"no recipient: {_why_nobody(email, told)}")
            reached = _reached(told.addresses, effect, ports)
            if not reached.addresses:
                return Outcome(status="skipped", detail=f"nobody is left to send to: {_left_out(reached, told)}")
            _keep_within(standing, len(reached.addresses), ports.pace)
        message = replace(email, to=reached.addresses, people=(), apart=())
        number = ports.sends.begin(effect, ports.people.time.now())
        if not number:
            return Outcome(status="failed", detail="nothing came back of two sends, nor the event of a mail: possibly sent twice")
        message_id = _sent(message, effect, standing, ports, number=number)
        with suppress(CasewrightError):  # the mail is out, whether or not the next one is made to wait for it
            ports.pace.spend(len(reached.addresses) - 1)
    except SendingPaused as error:
        ports.telemetry.count("MailPaused")
        ports.telemetry.log("mail paused", case_id=effect.case_id, effect=effect.key, reason=error.code or str(error))
        raise
    doubt = "an earlier attempt was interrupted: possibly sent twice" if number > 1 else ""
    return Outcome(status="done", detail="; ".join(filter(None, (message_id, _left_out(reached, told), doubt))))


@contextmanager
def _nothing_sent_yet() -> Iterator[None]:
    """A call that got no answer on the way leaves no doubt about the mail."""
    try:
        yield
    except Unavailable as error:
        raise MailNotReady(f"nothing was sent: {error}") from error


def _standing(ports: Mailing, *, afresh: bool) -> Standing:
    """Asked afresh before a mail is sent again: as long as SES does not answer that, the one send that is left is not spent."""
    standing = ports.account.standing(afresh=afresh)
    if standing.stopped:
        raise SendingPaused(standing.stopped)
    return standing


def _followed(effect: Effect, each: Sequence[SendEmail], now: datetime) -> Outcome:
    """Messages that follow are effects of their own: each is sent once, whatever becomes of the others.

    Of a mail that is late, since SES held it back, they live as much longer as it does.
    """
    until = effect.expires_at + HELD if now > effect.expires_at else effect.expires_at
    one = replace(effect, budget=None, expires_at=until)
    follow_ups = tuple(replace(one, key=effect_key(effect.key, "send_email", place), action=message) for place, message in enumerate(each))
    return Outcome(status="done", detail=f"{len(each)} messages follow", follow_ups=follow_ups)


def _why_nobody(email: SendEmail, told: Found | None) -> str:
    parts = (
        _refused(told.refused) if told else "",
        f"no mail address was found for {', '.join(map(in_words, email.people))}" if email.people else "",
    )
    return "; ".join(filter(None, parts)) or "nothing in `to` gave a mail address"


def _refused(addresses: int) -> str:
    return f"{addresses} left out: SES takes ASCII before the @ of an address, and a domain such as example.com" if addresses else ""


def _reached(addresses: Sequence[str], effect: Effect, ports: Mailing) -> _Reached:
    now = ports.people.time.now()
    suppressed = ports.suppression.suppressed(addresses, now)
    open_to_mail = [address for address in addresses if address not in suppressed]
    granted = tuple(address for address in open_to_mail if ports.allowance.grant(address, effect_key=effect.key, now=now))
    reached = _Reached(granted, len(suppressed), len(open_to_mail) - len(granted))
    for counter, left_out in (("RecipientsSuppressed", reached.suppressed), ("RecipientsOverBudget", reached.over_budget)):
        if left_out:
            ports.telemetry.count(counter, left_out)
            ports.telemetry.log("recipients left out", case_id=effect.case_id, effect=effect.key, why=counter, number=left_out)
    return reached


def _left_out(reached: _Reached, told: Found) -> str:
    parts = (
        _refused(told.refused),
        f"{reached.suppressed} left out: they bounced or complained" if reached.suppressed else "",
        f"{reached.over_budget} left out: they have had their mail for today" if reached.over_budget else "",
        f"no mail address for {', '.join(told.missing)}" if told.missing else "",
    )
    return "; ".join(filter(None, parts))


def _keep_within(standing: Standing, recipients: int, pace: MailPace) -> None:
    """Keep to what the account may send. What recipients beside the first spend is taken once the mail is out.

    Taken before, it would keep the mail itself waiting, at each attempt anew.
    """
    if standing.left_today < recipients:
        raise SendingPaused(f"the quota of 24 hours leaves {standing.left_today:g} recipients, the mail has {recipients}")
    pace.keep_to(standing.most_a_second)


def _sent(email: SendEmail, effect: Effect, standing: Standing, ports: Mailing, *, number: int) -> str:
    try:
        return ports.mail.send(email, effect_key=effect.key, case_id=effect.case_id)
    except Refused as error:
        if standing.in_sandbox:
            raise Refused(f"{error}; the account is in the sandbox of SES, which sends to verified addresses only") from error
        raise
    except Retryable as error:
        if not isinstance(error, Unanswered):
            ports.sends.take_back(effect, number)
        raise
