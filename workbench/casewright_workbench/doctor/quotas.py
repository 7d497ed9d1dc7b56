"""Rates: what the stage spends, beside what AWS gives by default."""

from collections.abc import Iterable

from casewright import quotas
from casewright.errors import CasewrightError
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, fail, ok, unchecked, warn
from casewright_workbench.localcloud.service import LOCAL_ACCOUNT


def rates(context: Context) -> Iterable[Finding]:
    """What perform may spend in a second is within the default quotas, and within the rate of SES."""
    if context.account == LOCAL_ACCOUNT:
        yield unchecked("the local cloud has no quotas")
        return
    try:
        spent = quotas.ours(quotas.read(context.places.told("QUOTAS")))
    except CasewrightError as error:
        yield fail("the quotas of the stage", wrong=str(error), do="mend quotas of the stage in cdk.json, then cdk deploy")
        return
    given = {name: quota.rate for name, quota in quotas.QUOTAS.items()}
    given["SendEmail"] = float(context.clients("sesv2").get_account()["SendQuota"]["MaxSendRate"])
    over = [name for name, quota in spent.items() if quota.rate > given[name]]
    for name in over:
        whose = "SES gives the account" if name == "SendEmail" else "the default quota is"
        yield warn(
            f"{name} is called up to {spent[name].rate:g} times a second",
            wrong=f"{whose} {given[name]:g}: calls are throttled unless it was raised",
            do=f"raise the quota of {name}, or lower it in quotas of the stage",
        )
    if not over:
        yield ok(f"{len(spent)} rates, all within the default quotas; SendEmail {spent['SendEmail'].rate:g} of {given['SendEmail']:g}")
