"""Mail: may we send, as whom, how much, and is SES telling us what became of it?"""

from collections.abc import Iterable
from typing import Any, Final

from botocore.exceptions import ClientError

from casewright_workbench.deployment.clients import is_missing
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, fail, ok, warn

_LITTLE: Final = 0.1
"""Of the day's quota left: worth a warning."""


def identity(context: Context) -> Iterable[Finding]:
    """The address we send from, its domain or one above it is verified; mail of the domain is signed."""
    sender = context.places.needed("MAIL_FROM")
    domain = sender.rpartition("@")[2]
    labels = domain.split(".")
    above = [".".join(labels[first:]) for first in range(1, len(labels) - 1)]
    there = {name: found for name in (sender, domain, *above) if (found := _identity(context, name))}
    verified = next((name for name, found in there.items() if found.get("VerifiedForSendingStatus")), "")
    if not there:
        yield fail(sender, wrong=f"SES knows neither the address nor {domain}", do=f"create and verify the identity {domain} in SES")
    elif not verified:
        yield fail(f"{' and '.join(there)}, not verified", wrong="every mail is refused", do="set the DNS records that SES asks for")
    elif there[verified].get("DkimAttributes", {}).get("Status") != "SUCCESS" and "@" not in verified:
        status = there[verified].get("DkimAttributes", {}).get("Status", "not set up")
        yield warn(
            f"{verified} is verified, DKIM is {status}", wrong="mail is not signed and may be taken for spam", do="set the DKIM records"
        )
    else:
        yield ok(f"{sender}, by the identity {verified}")


def configuration_set(context: Context) -> Iterable[Finding]:
    """The configuration set sends, and tells the default bus of every mail: note_delivery lives on that."""
    name = context.places.needed("MAIL_CONFIGURATION_SET")
    client = context.clients("sesv2")
    try:
        sends = client.get_configuration_set(ConfigurationSetName=name).get("SendingOptions", {}).get("SendingEnabled", True)
        told = client.get_configuration_set_event_destinations(ConfigurationSetName=name).get("EventDestinations", [])
    except ClientError as error:
        if not is_missing(error):
            raise
        yield fail(name, wrong="there is no such configuration set: every mail is refused", do="deploy the automation stack")
        return
    ours = [each for each in told if _tells_the_bus(each)]
    if not sends:
        yield fail(f"{name} is paused", wrong="mail waits until it expires", do="resume sending of the configuration set")
    if not ours:
        yield fail(
            f"{name} has {len(told)} destinations", wrong="none tells the default bus of mail sent", do="deploy the automation stack"
        )
    elif sends:
        yield ok(f"{name} tells the default bus: {', '.join(sorted(each for one in ours for each in one['MatchingEventTypes']))}")


def account(context: Context) -> Iterable[Finding]:
    """SES lets the account send, to anybody."""
    told = context.clients("sesv2").get_account()
    enforcement = told.get("EnforcementStatus", "HEALTHY")
    if not told.get("SendingEnabled", False):
        yield fail("sending is paused for the account", wrong="mail waits until it expires", do="resume sending in SES")
    if enforcement != "HEALTHY":
        tell = fail if enforcement == "SHUTDOWN" else warn
        yield tell(
            f"SES has the account under {enforcement}", wrong="bounces or complaints were too many", do="answer the SES case about it"
        )
    if not told.get("ProductionAccessEnabled", False):
        wrong = "only verified recipients get mail, 200 a day"
        yield warn("the account is in the sandbox of SES", wrong=wrong, do="ask SES for production access")
    elif told.get("SendingEnabled") and enforcement == "HEALTHY":
        yield ok("sending, healthy, out of the sandbox")


def quota(context: Context) -> Iterable[Finding]:
    """There is quota left for the day."""
    told = context.clients("sesv2").get_account()["SendQuota"]
    most, sent = told["Max24HourSend"], told["SentLast24Hours"]
    found = f"{sent:.0f} of {most:.0f} recipients in 24 hours, {told['MaxSendRate']:.0f} a second"
    if most < 0 or most - sent > _LITTLE * most:
        yield ok(found if most >= 0 else "no daily quota")
    elif most > sent:
        yield warn(found, wrong="little is left for today", do="ask SES for a higher quota, or give rules a budget")
    else:
        yield fail(found, wrong="nothing is left for today: mail waits until it expires", do="ask SES for a higher quota")


def _identity(context: Context, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = context.clients("sesv2").get_email_identity(EmailIdentity=name)
    except ClientError as error:
        if not is_missing(error):
            raise
        return None
    return found


def _tells_the_bus(destination: dict[str, Any]) -> bool:
    bus = destination.get("EventBridgeDestination", {}).get("EventBusArn", "")
    return bool(destination.get("Enabled")) and bus.endswith(":event-bus/default") and "SEND" in destination["MatchingEventTypes"]
