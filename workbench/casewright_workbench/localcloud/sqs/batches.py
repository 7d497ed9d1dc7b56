"""Batches: entries that succeed or fail one by one."""

import re
from collections.abc import Callable
from typing import Any

from casewright_workbench.localcloud.service import Response, ServiceError

_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_MOST_ENTRIES = 10


def in_batch(entries: list[dict[str, Any]], perform: Callable[[dict[str, Any]], Response]) -> Response:
    """Perform each entry; the answer has Successful and Failed."""
    _check(entries)
    successful: list[Response] = []
    failed: list[Response] = []
    for entry in entries:
        try:
            successful.append({"Id": entry["Id"], **perform(entry)})
        except ServiceError as refused:
            failed.append({"Id": entry["Id"], "SenderFault": True, "Code": refused.code, "Message": refused.message})
    return {"Successful": successful, "Failed": failed}


def _check(entries: list[dict[str, Any]]) -> None:
    if not entries:
        raise ServiceError("EmptyBatchRequest", "There should be at least one entry in the request.")
    if len(entries) > _MOST_ENTRIES:
        message = f"Maximum number of entries per request are {_MOST_ENTRIES}. You have sent {len(entries)}."
        raise ServiceError("TooManyEntriesInBatchRequest", message)
    ids = [entry["Id"] for entry in entries]
    for each in ids:
        if not _ID.fullmatch(each):
            raise ServiceError("InvalidBatchEntryId", f"The batch entry id {each!r} is not 1 to 80 of A-Z a-z 0-9 _ -.")
        if ids.count(each) > 1:
            raise ServiceError("BatchEntryIdsNotDistinct", f"Id {each} repeated.")
