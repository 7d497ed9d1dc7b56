"""Where one stands: who asks, which functions there are, and whether the region has what is needed."""

from collections.abc import Iterable
from typing import Final

from casewright.cases.regions import CASES_REGIONS
from casewright_workbench.deployment.clients import Clients
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, fail, listed, ok, warn

FUNCTIONS: Final = ("decide", "perform", "sweep", "reconcile", "note_delivery", "shape_records", "configure_domain")


def caller(context: Context) -> Iterable[Finding]:
    """The credentials are of the account and region in which the functions are."""
    found = f"{context.caller['Arn']}, region {context.clients.region}"
    deployed = (context.places.told("ACCOUNT"), context.places.told("REGION"))
    if deployed[0] not in {"", context.caller["Account"]}:
        yield fail(found, wrong=f"the functions are in account {deployed[0]}", do="take credentials of that account")
    elif deployed[1] not in {"", context.clients.region}:
        yield fail(found, wrong=f"the functions are in region {deployed[1]}", do=f"set AWS_REGION={deployed[1]}")
    else:
        yield ok(found)


def functions(context: Context) -> Iterable[Finding]:
    """Every function is there: their environments tell where everything else is."""
    places = context.places
    found = f"{len(places.functions)} functions: {listed([each.name for each in places.functions])}" if places.functions else "none"
    missing = [kind for kind in FUNCTIONS if places.function(kind) is None]
    if places.trouble:
        yield warn("not checked: functions cannot be listed", wrong=places.trouble, do="allow lambda:ListFunctions, or give --stage")
    elif missing:
        yield warn(found, wrong=f"no function for {listed(missing)}", do="deploy all stacks of the stage (cdk deploy --all)")
    else:
        yield ok(found)


def region(context: Context) -> Iterable[Finding]:
    """Cases and SES are both in the region."""
    here = context.region
    without = [name for name, regions in _regions(context.clients).items() if here not in regions]
    if without:
        both = sorted(frozenset.intersection(*_regions(context.clients).values()))
        yield fail(here, wrong=f"{' and '.join(without)} not in this region", do=f"deploy to one of {', '.join(both)}")
    else:
        yield ok(f"{here} has Cases and SES")


def _regions(clients: Clients) -> dict[str, frozenset[str]]:
    """As botocore knows them; of Cases also those that CloudFormation knows, for botocore lags behind."""
    known = {name: frozenset(clients.session.get_available_regions(service)) for name, service in _SERVICES.items()}
    return {**known, "Cases": known["Cases"] | CASES_REGIONS}


_SERVICES: Final = {"Cases": "connectcases", "SES": "sesv2"}
