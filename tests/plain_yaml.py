"""YAML as an editor sees it: values without their places."""

from casewright_authoring.nodes import Mapping, Node, Scalar, Sequence


def plain(node: Node | None) -> object:
    """The values of a node; None for a file that holds none."""
    match node:
        case Scalar(value=value):
            return value
        case Sequence(items=items):
            return [plain(item) for item in items]
        case Mapping(entries=entries):
            return {entry.name: plain(entry.value) for entry in entries}
        case None:
            return None
