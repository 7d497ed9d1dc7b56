"""Case files kept while a house runs: only cases that functions spoke of are read again."""

import threading
from collections.abc import Mapping

from casewright.aws.marks import HeadsOfTable
from casewright_workbench.deployment.records import CaseFile, CaseRecords, in_order


class Changed:
    """Listens to the functions and remembers which cases they touched; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._case_ids: set[str] = set()

    def listen(self, _function: str, _message: str, facts: Mapping[str, object]) -> None:
        """Hear one line of a function."""
        if case_id := facts.get("case_id"):
            with self._lock:
                self._case_ids.add(str(case_id))

    def take(self) -> frozenset[str]:
        """The cases touched since this was asked last."""
        with self._lock:
            taken, self._case_ids = self._case_ids, set()
        return frozenset(taken)


class LiveCases:
    """Every case file as of now."""

    def __init__(self, records: CaseRecords, known: HeadsOfTable, changed: Changed) -> None:
        self._records, self._known, self._changed = records, known, changed
        self._lock = threading.Lock()
        self._files: dict[str, CaseFile] = {}

    def all(self) -> tuple[CaseFile, ...]:
        """The case files, those with the earliest first event first."""
        with self._lock:
            for case_id in self._changed.take() | self._forgotten():
                if (file := self._records.case(case_id)) is not None:
                    self._files[case_id] = file
                else:
                    self._files.pop(case_id, None)
            return in_order(self._files.values())

    def case(self, case_id: str) -> CaseFile | None:
        """One case, read afresh."""
        return self._records.case(case_id)

    def _forgotten(self) -> frozenset[str]:
        """Kept cases that were forgotten since they were read: a command does that, of which no function speaks."""
        heads = {head.case.case_id: head.forgotten_at for page in self._known.pages() for head in page.heads if head.forgotten_at}
        kept = {case_id: file.head.forgotten_at for case_id, file in self._files.items()}
        return frozenset(case_id for case_id, at in heads.items() if case_id in kept and kept[case_id] != at)
