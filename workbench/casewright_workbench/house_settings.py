"""The settings of the functions in the house, as the stacks would write them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from casewright import quotas, settings
from casewright_workbench.provisioning import BUNDLES, CASE_TABLE, CONFIGURATION_SET, STREAM, Provisioned

MAIL_DOMAIN: Final = "brookline-outfitters.example"

_QUOTAS: Final = quotas.written(dict.fromkeys(quotas.QUOTAS, 500.0))
"""The local cloud has no quotas; waiting for them would only make a laptop slow."""


def settings_of(
    place: Mapping[str, str], places: Provisioned, *, instance_id: str, webhooks: Iterable[str]
) -> Mapping[str, settings.Settings]:
    """By function. `place` is domain, account and region."""
    automation: dict[str, Any] = {
        **place,
        "case_table": CASE_TABLE,
        "wake_queue_url": places.wake_url,
        "bundle_bucket": BUNDLES,
        "facts_stream": STREAM,
        "own_role": "perform",
    }
    events = {"case_events_queue_url": places.case_events_url}
    return {
        "decide": settings.DecideSettings(**automation, **events, dead_letter_queue_url=places.dead_letter_url),
        "perform": settings.PerformSettings(
            **automation,
            quotas=_QUOTAS,
            instance_id=instance_id,
            mail_from=f"care@{MAIL_DOMAIN}",
            mail_from_name="Brookline Outfitters",
            mail_configuration_set=CONFIGURATION_SET,
            webhooks=" ".join(webhooks),
        ),
        "note_delivery": settings.NoteDeliverySettings(
            **place, **events, case_table=CASE_TABLE, dead_letter_queue_url=places.mail_dead_letter_url
        ),
        "sweep": settings.SweepSettings(**automation, **events),
        "reconcile": settings.ReconcileSettings(**place, **events, case_table=CASE_TABLE, bundle_bucket=BUNDLES, calls_a_minute=60_000),
        "configure_domain": settings.ConfigureDomainSettings(**place, instance_id=instance_id, bundle_bucket=BUNDLES),
    }
