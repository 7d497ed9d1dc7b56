"""Depths of every queue of the local cloud, dead letters told apart."""

import json
from dataclasses import dataclass
from typing import Any, Final

_DEPTHS: Final = {
    "waiting": "ApproximateNumberOfMessages",
    "in_flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


@dataclass(frozen=True, slots=True)
class Depth:
    """One queue: messages waiting, with a consumer, and not yet due."""

    name: str
    is_dead_letters: bool
    waiting: int
    in_flight: int
    delayed: int

    @property
    def needs_attention(self) -> bool:
        """Whether somebody should look: anything in a dead-letter queue."""
        return self.is_dead_letters and self.waiting + self.in_flight > 0


def depths(sqs: Any) -> tuple[Depth, ...]:
    """Every queue by name, those that other queues give up to last."""
    urls = [url for page in sqs.get_paginator("list_queues").paginate() for url in page.get("QueueUrls", ())]
    found = {url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in urls}
    dead = {json.loads(each["RedrivePolicy"])["deadLetterTargetArn"] for each in found.values() if "RedrivePolicy" in each}
    return tuple(sorted((_depth(each, dead) for each in found.values()), key=lambda depth: (depth.is_dead_letters, depth.name)))


def _depth(attributes: dict[str, str], dead: set[str]) -> Depth:
    arn = attributes["QueueArn"]
    counts = {name: int(attributes[attribute]) for name, attribute in _DEPTHS.items()}
    name = arn.rpartition(":")[2]
    return Depth(name, arn in dead or "dead-letter" in name, **counts)
