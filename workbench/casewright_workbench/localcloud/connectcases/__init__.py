"""Amazon Connect Cases on the laptop: state apart from wire, one module per subject, a facade in `service`."""

from casewright_workbench.localcloud.connectcases.quotas import Quotas
from casewright_workbench.localcloud.connectcases.service import ConnectCases

__all__ = ["ConnectCases", "Quotas"]
