"""The folder in which `casewright local` keeps sent mail: of one run at a time, and cleared of nothing but mail of runs before."""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from casewright_workbench.deployment.usage import WrongUsage

MAIL_FILE: Final = re.compile(r"[0-9a-f]{16}(-[0-9a-f]{4,12}){1,5}-000000\.eml", re.ASCII)
"""The names that the local cloud gives: a time, a UUID, and six zeros."""


@contextmanager
def own_inbox(inbox: Path) -> Iterator[None]:
    """Keep other runs out of this folder. Raises WrongUsage where one keeps its mail there."""
    try:
        inbox.mkdir(parents=True, exist_ok=True)
        handle = os.open(inbox, os.O_RDONLY)
    except OSError as error:
        raise WrongUsage(f"{inbox} cannot keep mail: {error.strerror}; give another folder with --folder") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            other = f"--folder {inbox.parent}-2"
            raise WrongUsage(
                f"another casewright local keeps its mail in {inbox}: end it, or give another folder: {other} (make run ARGS='{other}')"
            ) from taken
        except OSError as error:
            raise WrongUsage(f"{inbox} cannot be locked: {error.strerror}; give a folder of another file system with --folder") from error
        yield
    finally:
        os.close(handle)


def clear(inbox: Path) -> None:
    """Delete the mail of the run before. Files of any other name stay."""
    for each in inbox.iterdir():
        if MAIL_FILE.fullmatch(each.name) and each.is_file():
            each.unlink()
