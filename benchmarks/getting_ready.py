"""In a process of its own: `python -m benchmarks.getting_ready WHAT COUNT` prints, as JSON, what it took to get rules ready.

`start`: seconds from the bytes of a published bundle until it is linked, and until it has seen its first event; imports are done before.
`compile`: seconds until linked rules have seen their first events. `memory`: the most bytes held until many events have been seen.
Seconds are those of the CPU.
"""

import json
import sys
import time
import tracemalloc
from dataclasses import dataclass

from benchmarks.rule_workload import CATALOG, events, published, rules
from casewright.bundle import Bundle, content_hash, link, read, write
from casewright.cases.parsing import parse
from casewright.cases.state import Case, apply
from casewright.conditions.subjects import Facts
from casewright.rules.matching import Matcher

TRIGGERS = ("case_created", "case_updated")


@dataclass
class Seen:
    """Moments that a matcher can be asked about."""

    moments: list[Facts]

    @classmethod
    def some(cls, count: int) -> "Seen":
        """Of the events of the workload."""
        included = CATALOG.included_field_ids
        found = [(event := parse(body), Case(event.case_id)) for body in events(count)]
        return cls([Facts(event, case, apply(case, event), included) for event, case in found])

    def ask(self, matcher: Matcher) -> None:
        """All of them, for both triggers."""
        for facts in self.moments:
            for trigger in TRIGGERS:
                matcher.matching(trigger, facts)  # type: ignore[arg-type]


def start(count: int) -> dict[str, float]:
    """A cold start."""
    written, first = write(published(count)), Seen.some(1)
    began = time.process_time()
    bundle = link(read(written), CATALOG, bundle_hash=content_hash(written))
    linked = time.process_time()
    first.ask(bundle.matcher)
    return {"linked": linked - began, "first_event": time.process_time() - began}


def compiling(count: int) -> dict[str, float]:
    """Rules in a matcher."""
    linked, first = link(Bundle(rules=rules(count)), CATALOG, bundle_hash="bench").rules, Seen.some(1)
    began = time.process_time()
    first.ask(Matcher(linked))
    return {"seconds": time.process_time() - began}


def memory(count: int) -> dict[str, float]:
    """Held by a matcher, beside the rules themselves."""
    linked, many = link(Bundle(rules=rules(count)), CATALOG, bundle_hash="bench").rules, Seen.some(2_000)
    tracemalloc.start()
    matcher = Matcher(linked)
    many.ask(matcher)
    return {"peak": tracemalloc.get_traced_memory()[1]}


if __name__ == "__main__":
    print(json.dumps({"start": start, "compile": compiling, "memory": memory}[sys.argv[1]](int(sys.argv[2]))))
