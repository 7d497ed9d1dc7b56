"""What commands read of a deployment, with your own AWS credentials: the case table and the bucket of bundles."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, TypeAlias

import typer

from casewright.aws.bundles import BundleBucket
from casewright.aws.failures import translated
from casewright.bundle import LinkedBundle, content_hash, link, read
from casewright.cases.performers import Performer
from casewright_workbench.deployment.account import account
from casewright_workbench.deployment.caller import Asking
from casewright_workbench.deployment.clients import Clients
from casewright_workbench.deployment.records import CaseFile, CaseRecords
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.explain.programs import KeptPrograms
from casewright_workbench.explain.words import second

TableName: TypeAlias = Annotated[str, typer.Option("--table", help="The case table: output `CaseTable` of the automation stack.")]
BucketName: TypeAlias = Annotated[str, typer.Option("--bucket", help="The bucket of bundles: output `BundleBucket` of the cases stack.")]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


class Deployment:
    """A case table and a bucket of bundles."""

    def __init__(self, clients: Clients, *, table: str, bucket: str) -> None:
        self.client, self.table, self.bucket = clients, table, bucket
        self._store = BundleBucket(clients("s3"), bucket)
        self.programs = KeptPrograms(self._store, self._store.catalog())

    def case(self, case_id: str) -> CaseFile:
        """A case with its whole log. Raises WrongUsage where the table knows none of that id, or only that it was forgotten."""
        records = CaseRecords(self.client("dynamodb"), self.table)
        file = records.case(case_id)
        if file is None:
            head = records.head(case_id)
            raise WrongUsage(f"table {self.table} {_what_is_known(case_id, head.forgotten_at if head else None)}")
        return file

    def asking(self) -> Asking:
        """The caller, and the present instant to the second."""
        with translated("GetCallerIdentity"):
            answer = self.client("sts").get_caller_identity()
        return Asking(
            Performer(iam_principal_arn=answer["Arn"]),
            parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"]).astimezone(UTC),
        )

    def in_force(self) -> LinkedBundle:
        """The bundle that events are decided with now. Raises WrongUsage where nothing was published."""
        found = self._store.written()
        if found is None:
            raise WrongUsage(f"bucket {self.bucket} has no bundle in force: publish one first")
        written, catalog = found
        return link(read(written), catalog, bundle_hash=content_hash(written))


def _what_is_known(case_id: str, at: datetime | None) -> str:
    if at is None:
        return f"knows no case {case_id!r}; the id is that of Cases, such as 7f1c2f9e-…, not the reference number"
    return f"knows of case {case_id!r} only that it was forgotten at {second(at)}: its log was erased, and nothing has happened since"


@contextmanager
def opened(*, table: str, bucket: str) -> Iterator[Deployment]:
    """A deployment to read from. What it cannot answer is wrong usage, and says of which table and bucket."""
    with account(f"table {table}, bucket {bucket}") as clients:
        yield Deployment(clients, table=table, bucket=bucket)
