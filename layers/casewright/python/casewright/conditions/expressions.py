"""Regular expressions in the syntax of RE2, whose searches take time in proportion to the text."""

from functools import lru_cache
from typing import Protocol


class Expression(Protocol):
    """What is used of a compiled regular expression."""

    def search(self, text: str) -> object | None:
        """The first match, if there is one."""
        ...


def compiled(pattern: str, *, ignore_case: bool) -> Expression:
    """The regular expression.

    Raises:
        re2.error: it is no regular expression of RE2; authoring refuses those.
    """
    import re2  # noqa: PLC0415  # most bundles have no regular expression, and a cold start need not wait for it

    options = re2.Options()
    options.case_sensitive = not ignore_case
    options.log_errors = False
    expression: Expression = re2.compile(pattern, options)
    return expression


def is_found(pattern: str, text: str, *, ignore_case: bool) -> bool:
    """Whether it is found somewhere in the text.

    What is no regular expression finds nothing, and nothing is found in a text that UTF-8 cannot hold (half of a surrogate pair).
    """
    expression = _known(pattern, ignore_case=ignore_case)
    try:
        return expression is not None and expression.search(text) is not None
    except UnicodeEncodeError:
        return False


@lru_cache(maxsize=4096)
def _known(pattern: str, *, ignore_case: bool) -> Expression | None:
    import re2  # noqa: PLC0415  # as above

    try:
        return compiled(pattern, ignore_case=ignore_case)
    except (re2.error, UnicodeEncodeError):
        return None
