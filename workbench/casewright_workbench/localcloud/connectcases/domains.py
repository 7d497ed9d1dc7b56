"""Domains: create, describe, list, delete."""

from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import conflict, quota_exceeded
from casewright_workbench.localcloud.connectcases.operations import Operations
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.service import Caller, Request, Response


class DomainOperations(Operations):
    """The operations on domains."""

    def create_domain(self, request: Request, caller: Caller) -> Response:
        """Make a domain, active at once, with its system fields."""
        existing = self._domains_of(caller)
        if any(domain.name == request["name"] for domain in existing):
            raise conflict(f"A domain named {request['name']!r} already exists in this account.")
        if len(existing) >= self._context.quotas.domains:
            raise quota_exceeded(self._context.quotas.domains, "domains per account")
        domain_id = self._context.ids.uuid()
        arn = f"arn:aws:cases:{caller.region}:{caller.account}:domain/{domain_id}"
        now = self._context.clock.now()
        self._context.domains[domain_id] = Domain(domain_id, arn, caller.account, caller.region, request["name"], now)
        return {"domainId": domain_id, "domainArn": arn, "domainStatus": "Active"}

    def get_domain(self, request: Request, caller: Caller) -> Response:
        """Describe a domain."""
        domain = self._domain(request, caller)
        return {
            "domainId": domain.id,
            "domainArn": domain.arn,
            "name": domain.name,
            "createdTime": domain.created,
            "domainStatus": "Active",
            "tags": dict(domain.tags),
        }

    def list_domains(self, request: Request, caller: Caller) -> Response:
        """List the domains of the caller's account and region."""
        shown, token = page(self._domains_of(caller), request, size=10)
        domains = [{"domainId": one.id, "domainArn": one.arn, "name": one.name} for one in shown]
        return {"domains": domains, "nextToken": token}

    def delete_domain(self, request: Request, caller: Caller) -> Response:
        """Remove a domain and all that is in it."""
        domain = self._domain(request, caller)
        for case in domain.cases.values():
            self._context.contacts.forget_case(case.id)
        del self._context.domains[domain.id]
        return {}

    def _domains_of(self, caller: Caller) -> list[Domain]:
        here = (caller.account, caller.region)
        return [domain for domain in self._context.domains.values() if (domain.account, domain.region) == here]
