"""The two layers of every function: our own package, and the pinned packages it imports."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
import jsii
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.parts import bundling
from stacks.stage import Stage

ROOT: Final = Path(__file__).parents[2]
REQUIREMENTS: Final = ROOT / "layers" / "runtime" / "requirements.txt"
PACKAGE: Final = ROOT / "layers" / "casewright" / "python"


@jsii.implements(cdk.ILocalBundling)
class LocalBuild:
    """Builds a layer with a function of ours where CDK would start a container. A failure ends synth; there is nothing to fall back to."""

    def __init__(self, layer: str, build: Callable[[Path], int]) -> None:
        self._layer, self._build = layer, build

    def try_bundle(self, output_dir: str, *_options: Any, **_more: Any) -> bool:
        """Build into `output_dir`, and say how large the layer became. jsii passes the options by place, its types say by name."""
        size = self._build(Path(output_dir))
        sys.stderr.write(f"layer {self._layer}: {size / 1e6:.1f} MB unzipped\n")
        return True


class Layers(Construct):
    """Both layers, made anew in each stack from one asset.

    A layer version shared between stacks would be an export that changes with every release, and CloudFormation refuses to change
    an export while another stack imports it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage) -> None:
        super().__init__(scope, construct_id)
        own = LocalBuild("casewright", lambda output: bundling.build_casewright(PACKAGE, output))
        runtime = LocalBuild("runtime", lambda output: bundling.build_runtime(REQUIREMENTS, output))
        self.versions = (
            self._version("Casewright", stage=stage, source=PACKAGE, build=own),
            self._version("Runtime", stage=stage, source=REQUIREMENTS.parent, build=runtime),
        )

    def _version(self, construct_id: str, *, stage: Stage, source: Path, build: LocalBuild) -> lambda_.LayerVersion:
        code = lambda_.Code.from_asset(
            str(source),
            asset_hash=bundling.fingerprint(source),
            bundling=cdk.BundlingOptions(image=cdk.DockerImage.from_registry("never-used"), local=build),
        )
        return lambda_.LayerVersion(
            self,
            construct_id,
            code=code,
            compatible_runtimes=[lambda_.Runtime(stage.runtime, lambda_.RuntimeFamily.PYTHON)],
            compatible_architectures=[lambda_.Architecture.ARM_64],
        )
