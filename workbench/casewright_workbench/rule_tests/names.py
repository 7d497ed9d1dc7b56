"""What tests may name: what rules may, and the rules."""

from dataclasses import dataclass

from casewright.bundle import Bundle
from casewright.cases.catalog import Catalog
from casewright.rules.rule import Rule
from casewright_authoring.findings import Report
from casewright_authoring.known import Known, Names, names_in
from casewright_workbench.explain.words import Words


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that reading a test needs to know of its directory."""

    names: Names
    rules: Known[Rule]
    catalog: Catalog
    words: Words
    report: Report


def vocabulary(bundle: Bundle, catalog: Catalog, report: Report) -> Vocabulary:
    """The names of a directory that compiles."""
    return Vocabulary(names_in(bundle, catalog), Known("rule", {rule.name: rule for rule in bundle.rules}), catalog, Words(catalog), report)
