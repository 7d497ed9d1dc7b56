"""What commands need that work on the cases of a domain, with your own AWS credentials or against a local endpoint."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeAlias

import typer

from casewright.aws.bundles import BundleBucket
from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.bundle import LinkedBundle, content_hash, link, read
from casewright.service.reconcile_events import Place
from casewright_workbench.deployment.account import account
from casewright_workbench.deployment.clients import Clients
from casewright_workbench.deployment.usage import WrongUsage

DomainId: TypeAlias = Annotated[str, typer.Option("--domain", help="The id of the Cases domain.")]

CALLS_A_SECOND = 1.0
"""To Cases: half of what the smallest of the quotas grants an account."""


class AnsweringTime:
    """Fulfils Time by the clock of who answers: that of a laptop may be wrong, and the local cloud has a day of its own."""

    def __init__(self, now: datetime) -> None:
        self._ahead = now - datetime.now(UTC)

    def now(self) -> datetime:
        """The present instant there."""
        return datetime.now(UTC) + self._ahead

    def sleep(self, seconds: float) -> None:
        """Wait here."""
        time.sleep(seconds)


class Domain:
    """A domain, the bundle its events are decided with, and the clock of who answers for them."""

    def __init__(self, clients: Clients, domain_id: str, bucket: str) -> None:
        self.client = clients
        self.bundle = _in_force(clients("s3"), bucket)
        with translated("GetCallerIdentity"):
            asked = clients("sts").get_caller_identity()
        self.time = AnsweringTime(parsedate_to_datetime(asked["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(UTC))
        self.place = Place(domain_id, asked["Account"], clients("connectcases").meta.region_name)


class Silent:
    """Fulfils Telemetry: a command tells by its output."""

    def log(self, message: str, **facts: object) -> None:
        """Say nothing."""

    def count(self, name: str, value: int = 1) -> None:
        """Count nothing: the counters are those of the functions."""

    def flush(self) -> None:
        """Nothing is held back."""


@contextmanager
def domain_of(domain_id: str, *, table: str, bucket: str) -> Iterator[Domain]:
    """A domain to work on. What AWS refuses is wrong usage, and says of which domain, table and bucket."""
    with account(f"domain {domain_id}, table {table}, bucket {bucket}") as clients:
        yield Domain(clients, domain_id, bucket)


def _in_force(s3: Client, bucket: str) -> LinkedBundle:
    found = BundleBucket(s3, bucket).written()
    if found is None:
        raise WrongUsage(f"bucket {bucket} has no bundle in force: publish one first")
    written, catalog = found
    return link(read(written), catalog, bundle_hash=content_hash(written))
