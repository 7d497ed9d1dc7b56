"""Running the probe: open the tap, do the steps, wait, compare, and leave nothing behind."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from casewright.aws.control import ControlTable
from casewright.cases.events import Event
from casewright.cases.performers import role_name
from casewright.errors import CasewrightError
from casewright_workbench.deployment.clients import NotKnown, is_missing, pages
from casewright_workbench.deployment.records import CaseRecords
from casewright_workbench.deployment.usage import WrongUsage
from casewright_workbench.doctor.context import Context
from casewright_workbench.doctor.findings import Finding, fail, ok
from casewright_workbench.doctor.probe.comparing import compare, named
from casewright_workbench.doctor.probe.saving import save
from casewright_workbench.doctor.probe.seen import Envelope, Seen, envelope_of, kind_of
from casewright_workbench.doctor.probe.steps import BEFORE_DELETE, EXPECTED, Probe
from casewright_workbench.doctor.probe.tap import Tap
from casewright_workbench.doctor.probe.twin import assumed
from casewright_workbench.localcloud.service import ServiceError

Say = Callable[[str], None]
_AWS: Final = (ClientError, BotoCoreError, CasewrightError)
"""What AWS, or our own log of the case, may answer."""

_PAUSE: Final = 1.0


def refuse_armed(context: Context) -> None:
    """A probe is for a deployment that records, or for somebody whose changes rules leave alone.

    Raises:
        WrongUsage: rules would act on the probe case.
    """
    table = context.places.needed("CASE_TABLE")
    if not ControlTable(context.clients("dynamodb"), table).is_armed():
        return
    caller = str(context.caller["Arn"])
    name = role_name(caller) or caller
    try:
        importers = context.bundle.importers
    except NotKnown:
        return
    if not {caller, name} & set(importers):
        raise WrongUsage(
            f"the deployment is armed, and rules would act on the probe case: say `casewright arm --table {table} --off` for as long as it "
            f"takes, or name {name} among the importers of catalog.yaml, or give --armed-is-fine"
        )


class Running:
    """One probe. `findings` does everything; `close` may be called at any moment, and more than once."""

    def __init__(self, context: Context, probe: Probe, *, wait: float, say: Say) -> None:
        self._context, self._probe, self._wait, self._say = context, probe, wait, say
        self._cases = context.clients("connectcases")
        self._tap, self._untapped = Tap(context, probe.write_id), ""
        self._began, self._case_id, self._deleted = False, "", False
        self._tapped = list[Envelope]()

    def findings(self, folder: Path | None = None) -> Iterator[Finding]:
        """The steps, then what came of them; envelopes are saved in the folder."""
        try:
            expected = assumed(self._cases, self._probe, self._context.now)
        except ServiceError as error:
            problem = f"the local cloud cannot make this case: {error}"
            yield named("live.probe", fail(f"template {self._probe.template}", wrong=problem, do="choose another with --template"))
            return
        self._open()
        try:
            audit, unaudited, after = self._play()
        except _AWS as error:
            yield named(
                "live.probe",
                fail(f"template {self._probe.template}", wrong=str(error), do="choose another with --template, or see the message"),
            )
            return
        yield named("live.probe", ok(f"case {self._case_id} of template {self._probe.template}: created, changed, commented on, deleted"))
        yield from compare(self._seen(audit, unaudited, after), expected, self._custom())
        if folder:
            written = save(self._tapped, folder, account=self._context.account)
            self._say(f"{len(written)} envelopes saved in {folder}")

    def close(self) -> Finding:
        """Remove what is left: the case, the rule, the queue."""
        left = self._tap.close()
        if self._began and not self._deleted:
            left += self._remove_case()
        if left:
            return named("live.clean", fail("something of the probe is left", wrong="; ".join(left), do="remove it with these commands"))
        return named(
            "live.clean", ok("case, rule and queue are gone; what our log and the lake keep of it is marked as a probe by its title")
        )

    def _open(self) -> None:
        self._say("opening a tap on the event stream")
        try:
            if not self._tap.open():
                self._untapped = "no event came through the rule made for the probe"
        except _AWS as error:
            self._untapped = str(error)

    def _play(self) -> tuple[tuple[dict[str, Any], ...], str, float]:
        self._say(f"creating a case of template {self._probe.template}")
        self._began = True
        self._case_id = self._probe.create(self._cases)
        self._probe.change(self._cases, self._case_id)
        self._probe.comment(self._cases, self._case_id)
        self._until(BEFORE_DELETE)
        audit, unaudited = self._audit()
        self._probe.delete(self._cases, self._case_id)
        self._deleted = True
        return audit, unaudited, self._until(EXPECTED)

    def _audit(self) -> tuple[tuple[dict[str, Any], ...], str]:
        try:
            call = self._cases.get_case_audit_events
            return tuple(pages(call, "auditEvents", domainId=self._probe.domain_id, caseId=self._case_id)), ""
        except _AWS as error:
            return (), str(error)

    def _until(self, kinds: tuple[str, ...]) -> float:
        """Wait for events of these kinds at the tap and in our log; answers after how many seconds all were there, or patience ended."""
        began = time.monotonic()
        while True:
            if not self._untapped:
                came = (envelope_of(each, self._case_id) for each in self._tap.receive())
                self._tapped += [each for each in came if each]
            logged = {kind_of(each.event_type) for each in self._logged()}
            at_tap = set(kinds) if self._untapped else {each.kind for each in self._tapped}
            passed = time.monotonic() - began
            if set(kinds) <= at_tap & logged or passed >= self._wait:
                return passed
            self._say(
                f"waiting for {', '.join(kind for kind in kinds if kind not in at_tap & logged)} ({passed:.0f} of {self._wait:.0f} s)"
            )
            time.sleep(_PAUSE)

    def _logged(self) -> tuple[Event, ...]:
        file = self._records().case(self._case_id)
        return tuple(each.event for each in file.log if each.event.event_type.startswith(("CASE.", "RELATED_ITEM."))) if file else ()

    def _records(self) -> CaseRecords:
        return CaseRecords(self._context.clients("dynamodb"), self._context.places.needed("CASE_TABLE"))

    def _seen(self, audit: tuple[dict[str, Any], ...], unaudited: str, after: float) -> Seen:
        file = self._records().case(self._case_id)
        return Seen(
            case_id=self._case_id,
            entity=self._probe.entity,
            caller=str(self._context.caller["Arn"]),
            tapped=None if self._untapped else tuple(self._tapped),
            untapped=self._untapped,
            logged=self._logged(),
            decided_after=after,
            effects=tuple(f"{each.effect.rule}: {each.status}" for each in file.effects) if file else (),
            audit=audit,
            unaudited=unaudited,
        )

    def _custom(self) -> frozenset[str]:
        return frozenset(each["fieldId"] for each in self._context.of_domain("list_fields", "fields") if each["namespace"] == "Custom")

    def _remove_case(self) -> list[str]:
        """Creating once more with the same client token answers the id that an interruption kept from us."""
        try:
            self._case_id = self._case_id or self._probe.create(self._cases)
            self._probe.delete(self._cases, self._case_id)
        except _AWS as error:
            if isinstance(error, ClientError) and is_missing(error):
                return []
            case_id = self._case_id or f"of title 'Casewright probe {self._probe.write_id[:8]}'"
            return [f"aws connectcases delete-case --domain-id {self._probe.domain_id} --case-id {case_id} ({error})"]
        self._deleted = True
        return []
