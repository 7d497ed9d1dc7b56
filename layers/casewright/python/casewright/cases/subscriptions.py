"""Which events we ask EventBridge for: patterns as data, used by the stacks and by the local cloud alike."""

from typing import Final

CASES_SOURCE: Final = "aws.cases"
CASES_DETAIL_TYPES: Final = ("Amazon Connect Cases Change", "Amazon Connect Cases Event")
"""The present detail-type and the one of 2022. Matching the source alone would also match CloudTrail's API call events."""

OWN_SOURCE: Final = "casewright"
CLOCK_DUE_DETAIL_TYPE: Final = "Casewright Clock Due"
SCHEDULE_DUE_DETAIL_TYPE: Final = "Casewright Schedule Due"
REPAIRED_DETAIL_TYPE: Final = "Casewright Lost Event"
MAIL_REPORTED_DETAIL_TYPE: Final = "Casewright Mail Reported"
WEBHOOK_DETAIL_TYPE: Final = "Casewright Webhook"
"""An event that EventBridge brings to a webhook."""

WEBHOOK_BODY: Final = "$.detail.body"
WEBHOOK_KEY: Final = "$.detail.casewright.effect"
"""Where such an event holds what the webhook receives: the body, and the key that stays the same however often it is sent."""

AFTER_ALL_ELSE: Final = "~"
"""Begins the id of an event of ours that time brings: at one instant it comes last, so that met exactly at due is met."""

SES_SOURCE: Final = "aws.ses"
EFFECT_TAG: Final = "casewright-effect"
CASE_TAG: Final = "casewright-case"
"""Tags of a mail, by which its events name the effect and the case."""

OWN_MEMBER: Final = "casewright"
"""Of the detail of every event of ours: domain, case and effect, so that a consumer can tell a repetition."""

CONFIGURATION_SET_TAG: Final = "ses:configuration-set"
"""The tag by which SES itself names the set that a mail was sent under (developer guide, auto-tags)."""

MAIL_EVENTS: Final = {
    "Email Sent": "SEND",
    "Email Delivered": "DELIVERY",
    "Email Delivery Delayed": "DELIVERY_DELAY",
    "Email Bounced": "BOUNCE",
    "Email Complaint Received": "COMPLAINT",
    "Email Rejected": "REJECT",
    "Email Rendering Failed": "RENDERING_FAILURE",
}
"""Detail-types of SES, and what a configuration set calls the kind of event (SES API)."""

CASE_CREATED: Final = "CASE.CREATED"
CASE_UPDATED: Final = "CASE.UPDATED"
CASE_DELETED: Final = "CASE.DELETED"
ITEM_PREFIXES: Final = ("RELATED_ITEM.", "CASE.RELATED_ITEM.")
"""The event reference and the data lake spell the prefix differently; both are accepted for all three verbs."""

BUCKETS: Final = ("cases", "connect", "ses", "events")
"""Quota buckets of effects, each a message group of the wake queue."""


def case_changes(domain_arn: str) -> dict[str, object]:
    """The event pattern for every change in one Cases domain (`resources[0]` is the domain's ARN)."""
    return {"source": [CASES_SOURCE], "detail-type": list(CASES_DETAIL_TYPES), "resources": [domain_arn]}


def mail_events(configuration_set: str) -> dict[str, object]:
    """The event pattern for what becomes of mail of ours sent under a configuration set, from its being accepted on."""
    tags = {CONFIGURATION_SET_TAG: [configuration_set], EFFECT_TAG: [{"exists": True}]}
    return {"source": [SES_SOURCE], "detail-type": list(MAIL_EVENTS), "detail": {"mail": {"tags": tags}}}


def webhook_called(name: str, *, domain_id: str) -> dict[str, object]:
    """The event pattern for calls of one webhook for cases of a domain: those of another deployment are on the same bus."""
    detail = {"webhook": [name], OWN_MEMBER: {"domainId": [domain_id]}}
    return {"source": [OWN_SOURCE], "detail-type": [WEBHOOK_DETAIL_TYPE], "detail": detail}


def domain_arn(*, region: str, account: str, domain_id: str, partition: str = "aws") -> str:
    """The ARN of a Cases domain."""
    return f"arn:{partition}:cases:{region}:{account}:domain/{domain_id}"


def just_before(event_id: str) -> str:
    """The id of our reading of a case: at one instant it comes before the event it is read for, and after all that come before that."""
    return f"{event_id[:-1]}{chr(ord(event_id[-1]) - 1)}~"
