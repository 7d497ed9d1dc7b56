"""`make bench`: figures for ratios within one run; machines differ and are noisy.

Each part is a module with `measure()`, which gives a table or a group of them; it is printed as it is ready. A part is imported when its
turn comes: some need what benchmarks/requirements.txt pins.
"""

import sys
from importlib import import_module

from rich.console import Console

PARTS = {
    "core": "core_steps",
    "throughput": "throughput",
    "calendars": "calendars",
    "backtest": "backtest",
    "matching": "matching",
    "clocks": "due_clocks",
    "cold": "cold_start",
    "flat": "flat",
    "storm": "storm",
    "dollars": "dollars",
}


def main(names: list[str]) -> int:
    """Run the named parts, or all."""
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for name in names or PARTS:
        Console().print(import_module(f"benchmarks.{PARTS[name]}").measure())
    return 0


sys.exit(main(sys.argv[1:]))
