"""What a check tells: how something stands, what is wrong with it, and what to do."""

from typing import Final, Literal

import msgspec

Status = Literal["ok", "warn", "fail", "unchecked"]
"""`unchecked`: there is nothing to ask, such as IAM on a laptop. What could be asked, and was not allowed, is a warning."""

PAGE: Final = "docs/doctor.md"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a report. `wrong` and `do` are empty where nothing is wrong."""

    check: str = ""
    status: Status
    found: str
    wrong: str = ""
    do: str = ""

    @property
    def see(self) -> str:
        """The section of the documentation about it: that of the first word of the check's name."""
        return f"{PAGE}#{self.check.partition('.')[0]}"

    @property
    def is_wrong(self) -> bool:
        """Whether somebody should look at it."""
        return self.status in ("warn", "fail")


def ok(found: str) -> Finding:
    """All is well."""
    return Finding(status="ok", found=found)


def warn(found: str, *, wrong: str, do: str) -> Finding:
    """It works, and not as it should, or not for long."""
    return Finding(status="warn", found=found, wrong=wrong, do=do)


def fail(found: str, *, wrong: str, do: str) -> Finding:
    """It does not work."""
    return Finding(status="fail", found=found, wrong=wrong, do=do)


def unchecked(why: str) -> Finding:
    """There was nothing to ask."""
    return Finding(status="unchecked", found=f"not checked: {why}")


def counted(count: int, what: str) -> str:
    """`1 calendar`, `2 calendars`."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def listed(names: "list[str] | tuple[str, ...]", most: int = 6) -> str:
    """Names for a sentence, not too many of them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
