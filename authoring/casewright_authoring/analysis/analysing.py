"""Every check of a rule-set, one after the other."""

from casewright_authoring.analysis.conflicts import write_conflicts
from casewright_authoring.analysis.hidden import hidden_fields
from casewright_authoring.analysis.loops import loops
from casewright_authoring.analysis.never import never_true
from casewright_authoring.analysis.policies import policy_findings
from casewright_authoring.analysis.reaching import duplicates, unreachable
from casewright_authoring.analysis.rule_sets import rule_set
from casewright_authoring.compile import Compiled
from casewright_authoring.findings import Finding

_CHECKING = (never_true, unreachable, duplicates, write_conflicts, loops, policy_findings, hidden_fields)


def analyse(compiled: Compiled) -> tuple[Finding, ...]:
    """What is legal in a directory and yet suspicious, in the order of files and lines."""
    rules = rule_set(compiled)
    return tuple(sorted(dict.fromkeys(finding for check in _CHECKING for finding in check(rules))))
