"""Identities: the domains and addresses that may send."""

from typing import Any

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .paging import page
from .state import Identity, SesState


class IdentityOperations:
    """Identities; a new one is verified at once unless the local cloud was made to wait for `verify`."""

    _state: SesState

    def verify(self, name: str) -> None:
        """Verify an identity, as its owner would by DNS records or by following the link in a mail."""
        self._identity(name).is_verified = True

    def verify_mail_from(self, name: str) -> None:
        """Verify the custom MAIL FROM domain of an identity, as its owner would by DNS records."""
        self._identity(name).mail_from_verified = True

    def create_email_identity(self, request: Request, _caller: Caller) -> Response:
        """Begin to use a domain or an address."""
        name = request["EmailIdentity"].lower()
        if name in self._state.identities:
            raise ServiceError("AlreadyExistsException", f"Email identity {name} already exists.")
        if "ConfigurationSetName" in request:
            self._state.configuration_set(request["ConfigurationSetName"])
        tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
        identity = Identity(name, self._state.verifies_at_once, request.get("ConfigurationSetName"), tags)
        self._state.identities[name] = identity
        return {"IdentityType": identity.kind, "VerifiedForSendingStatus": identity.is_verified, "DkimAttributes": _dkim(identity)}

    def get_email_identity(self, request: Request, _caller: Caller) -> Response:
        """One identity."""
        identity = self._identity(request["EmailIdentity"])
        return {
            "IdentityType": identity.kind,
            "FeedbackForwardingStatus": True,
            "VerifiedForSendingStatus": identity.is_verified,
            "VerificationStatus": _status(identity),
            "DkimAttributes": _dkim(identity),
            "MailFromAttributes": _mail_from(identity),
            "ConfigurationSetName": identity.configuration_set,
            "Tags": [{"Key": key, "Value": value} for key, value in identity.tags.items()],
        }

    def list_email_identities(self, request: Request, _caller: Caller) -> Response:
        """All identities, a page at a time."""
        shown = [
            {
                "IdentityType": identity.kind,
                "IdentityName": identity.name,
                "SendingEnabled": identity.is_verified,
                "VerificationStatus": _status(identity),
            }
            for identity in self._state.identities.values()
        ]
        return page("EmailIdentities", shown, request)

    def delete_email_identity(self, request: Request, _caller: Caller) -> Response:
        """Stop using an identity."""
        del self._state.identities[self._identity(request["EmailIdentity"]).name]
        return {}

    def put_email_identity_mail_from_attributes(self, request: Request, _caller: Caller) -> Response:
        """Choose a custom MAIL FROM domain, and whether mail waits for it to be verified."""
        identity = self._identity(request["EmailIdentity"])
        identity.mail_from_domain = request.get("MailFromDomain")
        identity.mail_from_verified = False
        identity.rejects_without_mail_from = request.get("BehaviorOnMxFailure") == "REJECT_MESSAGE"
        return {}

    def put_email_identity_configuration_set_attributes(self, request: Request, _caller: Caller) -> Response:
        """Choose the configuration set of mails that name none."""
        identity = self._identity(request["EmailIdentity"])
        if "ConfigurationSetName" in request:
            self._state.configuration_set(request["ConfigurationSetName"])
        identity.configuration_set = request.get("ConfigurationSetName")
        return {}

    def _identity(self, name: str) -> Identity:
        if name.lower() not in self._state.identities:
            raise ServiceError("NotFoundException", f"Email identity {name} does not exist.")
        return self._state.identities[name.lower()]


def _status(identity: Identity) -> str:
    return "SUCCESS" if identity.is_verified else "PENDING"


def _dkim(identity: Identity) -> dict[str, Any]:
    return {"SigningEnabled": identity.kind == "DOMAIN", "Status": _status(identity) if identity.kind == "DOMAIN" else "NOT_STARTED"}


def _mail_from(identity: Identity) -> dict[str, Any] | None:
    if identity.mail_from_domain is None:
        return None
    return {
        "MailFromDomain": identity.mail_from_domain,
        "MailFromDomainStatus": "SUCCESS" if identity.mail_from_verified else "PENDING",
        "BehaviorOnMxFailure": "REJECT_MESSAGE" if identity.rejects_without_mail_from else "USE_DEFAULT_VALUE",
    }
