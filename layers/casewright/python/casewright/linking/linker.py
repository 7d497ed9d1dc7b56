"""Links a bundle against the catalog of one domain."""

from msgspec.structs import replace

from casewright.linking.instructions import linked
from casewright.linking.names import Names
from casewright.rules.rule import Rule
from casewright.sla.policies import Awaited, Happening, Mirror, Policy, StartsWhen


class Linker(Names, frozen=True):
    """Links rules and policies. Every method raises UnlinkedName, naming the rule or policy, for what the catalog lacks."""

    def rule(self, rule: Rule) -> Rule:
        """The rule with ids for names."""
        where = f"rule {rule.name}"
        return replace(
            rule,
            condition=self.condition(rule.condition, where),
            then=tuple(linked(each, self, where) for each in rule.then),
        )

    def policy(self, policy: Policy) -> Policy:
        """The policy with ids for names."""
        where = f"sla {policy.name}"
        start = policy.start
        return replace(
            policy,
            condition=self.condition(policy.condition, where),
            start=replace(start, condition=self.condition(start.condition, where)) if isinstance(start, StartsWhen) else start,
            met_when=self._awaited(policy.met_when, where),
            target=tuple(replace(row, condition=self.condition(row.condition, where)) for row in policy.target),
            pause_while=self.condition(policy.pause_while, where),
            reset=self._awaited(policy.reset, where) if policy.reset else None,
            cancel=self._awaited(policy.cancel, where) if policy.cancel else None,
            mirror=self._mirror(policy.mirror, where) if policy.mirror else None,
        )

    def _awaited(self, awaited: Awaited, where: str) -> Awaited:
        if isinstance(awaited, Happening):
            return replace(awaited, condition=self.condition(awaited.condition, where))
        return self.condition(awaited, where)

    def _mirror(self, mirror: Mirror, where: str) -> Mirror:
        entry = self.entry(mirror.field, where)
        value = self.option(mirror.value, entry, where, mirror.field) if isinstance(mirror.value, str) else mirror.value
        return Mirror(self.field(mirror.field, where), value)
