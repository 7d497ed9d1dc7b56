"""What `cdk` runs: synthesise the stage that cdk.json chooses. `python app.py` does the same without the CDK CLI, into cdk.out/."""

import os

from stacks.house import from_cdk_json

if __name__ == "__main__":
    from_cdk_json(os.environ).synth()
