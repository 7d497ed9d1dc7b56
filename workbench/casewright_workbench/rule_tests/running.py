"""All tests of a directory, run."""

from dataclasses import dataclass
from pathlib import Path

from casewright.bundle import LinkedBundle
from casewright_authoring.compile import compile_directory
from casewright_authoring.findings import Findings, Report
from casewright_workbench.explain.linking import linked
from casewright_workbench.explain.words import Words
from casewright_workbench.rule_tests.coverage import Coverage
from casewright_workbench.rule_tests.judging import Failure, failures
from casewright_workbench.rule_tests.names import vocabulary
from casewright_workbench.rule_tests.playing import Played, as_if_on, play
from casewright_workbench.rule_tests.reading import RuleTests
from casewright_workbench.rule_tests.written import BEGINS, RuleTest

FOLDER = "tests"


@dataclass(frozen=True, slots=True)
class Result:
    """A test and what was not as expected."""

    test: RuleTest
    played: Played
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Every test of a directory."""

    results: tuple[Result, ...]
    coverage: Coverage
    words: Words

    @property
    def failed(self) -> tuple[Result, ...]:
        """The tests that failed."""
        return tuple(result for result in self.results if result.failures)


def run_tests(directory: Path) -> Run:
    """Compile a directory and run the tests beside its rules; calendars are those of the day when tests begin.

    Raises:
        Findings: the directory does not compile, or a test cannot be read.
    """
    compiled = compile_directory(directory, today=BEGINS.date())
    report = Report()
    bundle, catalog = linked(compiled)
    known = vocabulary(compiled.bundle, catalog, report)
    files = report.each(RuleTests(known).read_file, compiled.sources.folders.get(FOLDER, ()))
    if report.findings:
        raise Findings(report.findings)
    acting, coverage = as_if_on(bundle), Coverage()
    results = tuple(_run(test, acting, known.words, coverage) for tests in files for test in tests)
    return Run(results, coverage, known.words)


def _run(test: RuleTest, bundle: LinkedBundle, words: Words, coverage: Coverage) -> Result:
    played = play(test, bundle, words)
    coverage.add(played)
    return Result(test, played, failures(test, played))
