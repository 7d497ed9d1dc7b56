"""The whole product on a laptop: a local cloud, the real handlers with the real adapters, the deployed subscriptions."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import boto3
import msgspec

from casewright import settings
from casewright.aws.control import ControlTable
from casewright.cases.catalog import Catalog
from casewright.service.configure import Wanted
from casewright.telemetry import Telemetry
from casewright.wiring.container import Container, use
from casewright_authoring.compile import Compiled, compile_directory
from casewright_workbench.house_handlers import HANDLERS
from casewright_workbench.house_instance import instance_of
from casewright_workbench.house_settings import MAIL_DOMAIN, settings_of
from casewright_workbench.house_telemetry import Listen, ListeningTelemetry, silence
from casewright_workbench.lake.opening import Bucket
from casewright_workbench.localcloud.clock import SkippableClock
from casewright_workbench.localcloud.cloud import LocalCloud
from casewright_workbench.localcloud.runtime import FunctionRuntime
from casewright_workbench.localcloud.wire.http import Page
from casewright_workbench.provisioning import BUNDLES, CASE_TABLE, LAKE, Provisioned, provision
from casewright_workbench.provisioning_webhooks import provision_buses, provision_webhooks

DOMAIN_NAME: Final = "local-contact-center"
_INVOCATION_SECONDS: Final = 0.02
"""An invocation takes time, also where the clock stands still: cause and effect get different instants, as on AWS."""


class House:
    """Everything, running; use it as a context manager, one at a time in a process."""

    def __init__(self, cloud: LocalCloud, compiled: Compiled, listen: Listen, folder: Path) -> None:
        self.cloud, self.compiled, self.folder = cloud, compiled, folder
        self.runtime = FunctionRuntime(cloud)
        self.counts: Counter[tuple[str, str]] = Counter()
        self._listen = listen
        admin = self.session("admin")
        self.domain_id: str = admin.client("connectcases").create_domain(name=DOMAIN_NAME)["domainId"]
        self._register("shape_records", settings.ShapeRecordsSettings(**self._place()), timeout=timedelta(minutes=1))
        shaper_arn = f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:shape_records"
        self.places = provision(cloud, admin, domain_id=self.domain_id, mail_domain=MAIL_DOMAIN, shaper_arn=shaper_arn)
        provision_buses(admin, compiled.directory.buses.values())
        provision_webhooks(cloud, admin, compiled.webhooks, domain_id=self.domain_id)
        self._register_functions(self.places)
        self.catalog = self._configure(admin)
        ControlTable(admin.client("dynamodb"), CASE_TABLE).arm(armed=True)

    @classmethod
    def open(cls, contact_center: Path, *, start: datetime, folder: Path, listen: Listen | None = None) -> Self:
        """Compile the directory, make a domain in a new local cloud, deploy, configure and arm.

        Raises:
            Findings: the directory does not compile.
        """
        compiled = compile_directory(contact_center, today=start.date())
        instance = instance_of(compiled.directory)
        cloud = LocalCloud(start=start, instance=instance, outbox=folder / "inbox")
        cloud.sesv2.state.has_production_access = True
        cloud.sesv2.state.verifies_at_once = True
        return cls(cloud, compiled, listen or silence, folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget everything."""
        self.cloud.close()

    @property
    def clock(self) -> SkippableClock:
        """The clock of the local cloud."""
        return self.cloud.clock

    @property
    def instance_id(self) -> str:
        """The id of the Connect instance."""
        return self.cloud.instance.id

    @property
    def instance_arn(self) -> str:
        """The ARN of the Connect instance."""
        return self.cloud.instance.arn

    @property
    def case_table(self) -> str:
        """The name of the case table."""
        return CASE_TABLE

    @property
    def contacts(self) -> Any:
        """The contacts of the instance: where customers' calls, chats and mails are added."""
        return self.cloud.connect.contacts

    @property
    def outbox(self) -> Any:
        """The mail that was sent."""
        return self.cloud.sesv2.outbox

    @property
    def lake(self) -> Bucket:
        """Where the Parquet of the lake is."""
        return Bucket(self.session("analyst").client("s3"), LAKE)

    def session(self, user: str) -> boto3.Session:
        """A session of a person or a tool, signed as a user of that name."""
        return self.cloud.session(principal_arn=f"arn:aws:iam::{self.cloud.account}:user/{user}")

    def run_until(self, moment: datetime) -> None:
        """Let everything happen that is due until then; the clock skips what lies between."""
        self.runtime.run_until(moment)

    def flush_lake(self) -> None:
        """Deliver what the delivery stream still holds."""
        self.runtime.pump()
        self.cloud.firehose.flush()

    @contextmanager
    def serve(self, port: int, routes: Mapping[str, Page]) -> Iterator[str]:
        """Serve the endpoint and the pages while the clock ticks; gives the URL."""
        server = self.cloud.http(routes=routes, port=port)
        server.start()
        self.clock.tick()
        self.runtime.start()
        try:
            yield server.url
        finally:
            self.runtime.stop()
            server.close()

    def container(self, function: str, environment: settings.Settings) -> Container:
        """The container of a function: its own environment, its own role, the clock of the cloud."""
        telemetry: Telemetry = ListeningTelemetry(function, self._listen, self.counts)
        session = self.runtime.session(function)
        return Container(environment.as_environment(), session=session, time=self.clock, telemetry=telemetry)

    def environments(self, places: Provisioned) -> Mapping[str, settings.Settings]:
        """The settings of the functions, as the stacks would write them."""
        webhooks = self.compiled.directory.webhooks
        return settings_of(self._place(), places, instance_id=self.instance_id, webhooks=webhooks)

    def _place(self) -> dict[str, str]:
        return {"domain_id": self.domain_id, "account": self.cloud.account, "region": self.cloud.region}

    def _register_functions(self, places: Provisioned) -> None:
        environments = self.environments(places)
        decide = self._register("decide", environments["decide"], timeout=timedelta(minutes=1))
        perform = self._register("perform", environments["perform"], timeout=timedelta(minutes=2))
        note = self._register("note_delivery", environments["note_delivery"], timeout=timedelta(minutes=1))
        sweep = self._register("sweep", environments["sweep"], timeout=timedelta(minutes=1))
        reconcile = self._register("reconcile", environments["reconcile"], timeout=timedelta(minutes=5))
        self._register("configure_domain", environments["configure_domain"], timeout=timedelta(minutes=15))
        self.runtime.map_queue(places.case_events_arn, decide, batch_size=10)
        self.runtime.map_queue(places.mail_events_arn, note, batch_size=10)
        self.runtime.map_queue(places.wake_arn, perform, batch_size=1)
        self.runtime.schedule(sweep, "rate(1 minute)")
        self.runtime.schedule(reconcile, "rate(15 minutes)")

    def _register(self, name: str, environment: settings.Settings, *, timeout: timedelta) -> Any:
        container, handler = self.container(name, environment), HANDLERS[name]

        def invoked(event: dict[str, Any], context: object) -> Any:
            with use(container):
                answer = handler.handle(event, context)
            if not self.clock.is_ticking:
                self.clock.sleep(_INVOCATION_SECONDS)
            return answer

        return self.runtime.register(name, invoked, timeout=timeout, environment=environment.as_environment())

    def _configure(self, admin: boto3.Session) -> Catalog:
        compiled = self.compiled
        wanted = Wanted(definition=compiled.definition, directory=compiled.directory, catalog=compiled.catalog, bundle=compiled.written)
        s3 = admin.client("s3")
        s3.put_object(Bucket=BUNDLES, Key="wanted.json", Body=msgspec.json.encode(wanted))
        properties = {"WantedBucket": BUNDLES, "WantedKey": "wanted.json"}
        self.runtime.invoke("configure_domain", {"RequestType": "Create", "ResourceProperties": properties})
        return msgspec.json.decode(s3.get_object(Bucket=BUNDLES, Key="catalog.json")["Body"].read(), type=Catalog)
