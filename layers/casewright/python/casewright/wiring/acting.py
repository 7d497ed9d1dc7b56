"""The ports of `perform`."""

from typing import Final

from casewright.aws.bus import EventBus
from casewright.aws.case_log import CaseTable
from casewright.aws.case_writes import CaseWrites
from casewright.aws.contacts import ConnectTasks
from casewright.aws.control import ControlTable
from casewright.aws.effect_queue import EffectTable
from casewright.aws.lake import FactsStream
from casewright.aws.ledger import EffectLedger
from casewright.aws.mail_pace import SendingPace
from casewright.aws.pacing import Pace
from casewright.aws.queues import WakeQueue
from casewright.aws.related_items import ItemsOfCases
from casewright.aws.turns import TurnTable
from casewright.cases.subscriptions import domain_arn
from casewright.measures import rows
from casewright.ports.effects import Tokens
from casewright.quotas import ours, read
from casewright.service.act import Acting
from casewright.service.perform import Performing
from casewright.settings import PerformSettings
from casewright.wiring.container import Container
from casewright.wiring.mailing import mailing

_SERVICES: Final = ("connectcases", "connect", "customer-profiles", "sesv2", "events")


def acting(parts: Container) -> Acting:
    """Wire `perform`."""
    settings = PerformSettings.from_environment(parts.environ)
    dynamodb = parts.client("dynamodb")
    control = ControlTable(dynamodb, settings.case_table)
    return Acting(
        effects=EffectTable(dynamodb, settings.case_table, telemetry=parts.telemetry),
        log=CaseTable(dynamodb, settings.case_table),
        budgets=control,
        turns=TurnTable(dynamodb, settings.case_table),
        arming=control,
        world=_world(parts, settings, control),
        lake=FactsStream(parts.client("firehose"), settings.facts_stream),
        wake=WakeQueue(parts.client("sqs"), settings.wake_queue_url),
        time=parts.time,
        telemetry=parts.telemetry,
        row=rows.of_outcome,
    )


def _world(parts: Container, settings: PerformSettings, tokens: Tokens) -> Performing:
    """Adapters whose every call is one request, made in its turn: what shall be repeated, and when, the use case knows."""
    quotas = dict(ours(read(settings.quotas)))
    pace = Pace(tokens, quotas, parts.time)
    connectcases, connect, profiles, sesv2, events = (pace.kept_by(parts.client(service, tries=1)) for service in _SERVICES)
    instance_arn = f"arn:aws:connect:{settings.region}:{settings.account}:instance/{settings.instance_id}"
    domain = domain_arn(region=settings.region, account=settings.account, domain_id=settings.domain_id)
    return Performing(
        cases=CaseWrites(connectcases, settings.domain_id, arn=domain),
        items=ItemsOfCases(connectcases, settings.domain_id, instance_arn=instance_arn),
        tasks=ConnectTasks(connect, instance_id=settings.instance_id, account=settings.account, region=settings.region),
        ledger=EffectLedger(parts.client("dynamodb"), settings.case_table),
        mail=mailing(parts, settings, connect=connect, profiles=profiles, sesv2=sesv2, pace=SendingPace(tokens, quotas, parts.time)),
        bus=EventBus(events, settings.event_bus, domain_id=settings.domain_id),
        webhooks=frozenset(settings.webhooks.split()),
    )
