"""emails/*.yaml: one text of mail per file."""

from dataclasses import dataclass, field
from typing import Final

from casewright.rules.instructions import Email
from casewright_authoring.findings import Fault, Place, Report
from casewright_authoring.known import Names
from casewright_authoring.nodes import Mapping, Node, Scalar
from casewright_authoring.occasions import ANYWHERE
from casewright_authoring.shapes import record, refuse_twice, rule_name
from casewright_authoring.texts import Texts

EMAIL_KEYS: Final = ("email", "subject", "text")


@dataclass(frozen=True, slots=True)
class Emails:
    """Reads emails; their names are unique over the files."""

    names: Names
    report: Report
    _seen: dict[str, Place] = field(default_factory=dict)

    def read(self, node: Node) -> tuple[str, Email]:
        """One email, with its name."""
        given = record(node, "an email", self.report, required=EMAIL_KEYS)
        texts = Texts(self.names, ANYWHERE, self.report)
        name = given.read("email", self._name, None)
        email = Email(
            given.read("subject", lambda words: texts.read(words, "the subject", most=500), ()),
            given.read("text", lambda words: texts.read(words, "the text", most=100_000), ()),
        )
        if name is None:
            raise Fault(None)
        return name, email

    def _name(self, node: Node) -> str:
        name = rule_name(node, "the name of an email")
        refuse_twice(self._seen, name, node.place, "the email")
        return name


def named_in(node: Node) -> str | None:
    """The name a file gives its email, whether or not the rest of it can be read."""
    name = node.get("email") if isinstance(node, Mapping) else None
    return name.value if isinstance(name, Scalar) and isinstance(name.value, str) else None
