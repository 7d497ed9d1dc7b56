"""STS, as far as asking who one is: the first thing typed at a new endpoint."""

from .service import Caller, Request, Response


class StsService:
    """Answers GetCallerIdentity with the principal that signed the request."""

    name = "sts"

    def get_caller_identity(self, _request: Request, caller: Caller) -> Response:
        """Account, ARN and id of the caller."""
        name = caller.principal_arn.rpartition("/")[2]
        return {"UserId": f"AIDALOCAL{name.upper()}", "Account": caller.account, "Arn": caller.principal_arn}
