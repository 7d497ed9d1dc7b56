"""`make bench`: figures for ratios within one run; machines differ and are noisy.

Each part is a module with `measure() -> Table`; a table is printed as it is ready.
"""

import sys

from rich.console import Console

from benchmarks import core_steps, throughput

PARTS = {"core": core_steps.measure, "throughput": throughput.measure}


def main(names: list[str]) -> int:
    """Run the named parts, or all."""
    unknown = set(names) - set(PARTS)
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for name in names or PARTS:
        Console().print(PARTS[name]())
    return 0


sys.exit(main(sys.argv[1:]))
