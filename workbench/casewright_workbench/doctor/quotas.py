"""Rates: what the stage spends, beside what AWS gives by default."""

from collections.abc import Iterable
from typing import Final

from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, ok, unchecked, warn
from casewright_workbench.localcloud.service import LOCAL_ACCOUNT

DEFAULTS: Final = {"CASES_RATE": ("UpdateCase", 2.0), "CONNECT_RATE": ("StartTaskContact", 2.0)}
"""The tightest documented default quota of each bucket, in calls a second."""


def rates(context: Context) -> Iterable[Finding]:
    """What perform may spend in a second is within the default quotas, and within the rate of SES."""
    if context.account == LOCAL_ACCOUNT:
        yield unchecked("the local cloud has no quotas")
        return
    limits = dict(DEFAULTS)
    limits["SES_RATE"] = ("SendEmail", float(context.clients("sesv2").get_account()["SendQuota"]["MaxSendRate"]))
    told = {name: float(context.places.needed(name)) for name in limits}
    over = [name for name, rate in told.items() if rate > limits[name][1]]
    for name in over:
        operation, most = limits[name]
        whose = "SES gives the account" if name == "SES_RATE" else "the default quota is"
        yield warn(
            f"{name.lower()} is {told[name]:g} a second",
            wrong=f"{whose} {most:g} of {operation}: calls are throttled unless it was raised",
            do=f"raise the quota of {operation}, or lower {name.lower()} of the stage",
        )
    if not over:
        yield ok(", ".join(f"{name.lower()} {rate:g} of {limits[name][1]:g}" for name, rate in told.items()))
