"""Rules that say `runs_on: connect`: refused where Amazon Connect cannot say them."""

from collections.abc import Mapping

from casewright.bundle import Bundle
from casewright.cases.catalog import Catalog
from casewright_authoring.findings import Place, Report
from casewright_authoring.native.exporting import native_of


def tell_unsayable(bundle: Bundle, catalog: Catalog, places: Mapping[str, Place], report: Report) -> None:
    """One finding for each rule that cannot run on Connect, at the rule's place, with every reason. Nothing else is wrong."""
    for rule in bundle.rules:
        reasons = native_of(rule, bundle=bundle, catalog=catalog).reasons if rule.runs_on == "connect" else ()
        if reasons:
            told = "; ".join(f"({number}) {reason}" for number, reason in enumerate(reasons, start=1))
            report.tell(places[rule.name], f"the rule {rule.name!r} cannot run on Connect: {told}")
