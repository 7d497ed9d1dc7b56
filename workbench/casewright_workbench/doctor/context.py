"""What every check goes by: clients, places, the present, and what several of them read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from casewright.aws.bundles import BundleBucket
from casewright.aws.failures import translated
from casewright.bundle import Bundle, content_hash, read
from casewright.cases.catalog import Catalog
from casewright.cases.subscriptions import domain_arn
from casewright_workbench.deployment.clients import Clients, NotKnown, pages
from casewright_workbench.doctor.places import Places


@dataclass
class Context:
    """One examination. What is read is read once; a name that nobody knows is raised as NotKnown by whoever needs it."""

    clients: Clients
    places: Places
    directory: Path | None = None
    """contact_center/ as it lies here."""
    probes: bool = False
    """Whether a probe case follows, for which nothing should be performed."""
    _listed: dict[str, list[Any]] = field(default_factory=dict, repr=False)

    @cached_property
    def caller(self) -> dict[str, Any]:
        """Who asks (GetCallerIdentity)."""
        answer: dict[str, Any] = self.clients("sts").get_caller_identity()
        return answer

    @cached_property
    def now(self) -> datetime:
        """By the clock of who answers: that of a laptop may be wrong, and the local cloud has a day of its own."""
        return parsedate_to_datetime(self.caller["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(UTC)

    @property
    def account(self) -> str:
        """The account of the deployment, else that of the caller."""
        return self.places.told("ACCOUNT") or str(self.caller["Account"])

    @property
    def region(self) -> str:
        """The region of the deployment, else the one asked."""
        return self.places.told("REGION") or self.clients.region

    @property
    def domain_id(self) -> str:
        """As the functions say, else as the catalog says."""
        return self.places.told("DOMAIN_ID") or self.catalog.domain_id

    @property
    def domain_arn(self) -> str:
        """The ARN of the domain."""
        return domain_arn(region=self.region, account=self.account, domain_id=self.domain_id, partition=self.partition)

    @property
    def partition(self) -> str:
        """That of the caller's own ARN."""
        return str(self.caller["Arn"]).split(":")[1]

    @property
    def instance_id(self) -> str:
        """The Connect instance."""
        return self.places.needed("INSTANCE_ID").rpartition("/")[2]

    @property
    def instance_arn(self) -> str:
        """The ARN of the Connect instance."""
        return f"arn:{self.partition}:connect:{self.region}:{self.account}:instance/{self.instance_id}"

    @cached_property
    def store(self) -> BundleBucket:
        """The bucket of bundles."""
        return BundleBucket(self.clients("s3"), self.places.needed("BUNDLE_BUCKET"))

    @cached_property
    def catalog(self) -> Catalog:
        """The catalog of the deployment."""
        return self.store.catalog()

    @cached_property
    def written(self) -> bytes:
        """The bundle in force, as written."""
        found = self.store.written()
        if found is None:
            raise NotKnown("no bundle is in force, or there is no catalog (see rules.bundle)")
        return found[0]

    @cached_property
    def bundle(self) -> Bundle:
        """The bundle in force."""
        return read(self.written)

    @property
    def bundle_hash(self) -> str:
        """Its name."""
        return content_hash(self.written)

    def of_domain(self, operation: str, member: str, **request: Any) -> list[Any]:
        """A list of the domain (`list_fields`, `fields`), read once."""
        wanted = f"{operation} {sorted(request.items())}"
        if wanted not in self._listed:
            call = getattr(self.clients("connectcases"), operation)
            with translated(operation):
                self._listed[wanted] = list(pages(call, member, domainId=self.domain_id, **request))
        return self._listed[wanted]

    def queue_of(self, kind: str) -> str:
        """The ARN of the queue that a function reads. Raises NotKnown."""
        function = self.places.function(kind)
        mapped = self.clients("lambda").list_event_source_mappings(FunctionName=function.name)["EventSourceMappings"] if function else []
        if not mapped:
            raise NotKnown(f"the queue of {kind} is not known; give --stage, or let functions be listed")
        return str(mapped[0]["EventSourceArn"])

    def associations(self, kind: str) -> list[Any]:
        """The integration associations of the instance, of one type."""
        call = self.clients("connect").list_integration_associations
        return list(pages(call, "IntegrationAssociationSummaryList", InstanceId=self.instance_id, IntegrationType=kind))
