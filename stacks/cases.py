"""The cases stack: the domain as the operator wants it, what Connect needs to send its events, and where bundles are kept."""

from pathlib import Path
from typing import Final

from aws_cdk import CfnOutput, Duration, Stack
from constructs import Construct

from casewright.settings import ConfigureDomainSettings
from casewright_authoring import Compiled
from stacks.contents import write_wanted
from stacks.parts.bucket import Bucket
from stacks.parts.bundling import fingerprint
from stacks.parts.configuration import Configuration, allow_configuring
from stacks.parts.domain import Domain
from stacks.parts.function import Function, FunctionRole
from stacks.parts.layer import PACKAGE, Layers
from stacks.parts.native_rules import NativeRules, native_rules
from stacks.parts.place import Place
from stacks.stage import Stage

DOMAIN_ID_EXPORT: Final = "ExportsOutputFnGetAttDomain58E72D41DomainIdBAFB9A2C"
"""The name under which CDK exports the id of a domain that is made.

It stays when the stage names that domain as `domain_id`: CloudFormation takes no export away that the other stacks, deployed later, import.
"""


class Cases(Stack):
    """Makes the domain where the stage names none, lets `configure_domain` do what CloudFormation cannot, then adds the native rules."""

    def __init__(self, scope: Construct, *, stage: Stage, compiled: Compiled, workdir: Path) -> None:
        super().__init__(
            scope, f"casewright-{stage.name}-cases", env=stage.environment, description="Casewright: the Cases domain and its bundles"
        )
        self.bundles = Bucket(
            self,
            "Bundles",
            versioned=True,
            unlogged_because="It holds rules, not cases; who published what stands in the object versions and in CloudTrail.",
        )
        CfnOutput(self, "BundleBucket", value=self.bundles.bucket_name, description="For `casewright publish --bucket`")
        domain = self._domain(stage, compiled) if stage.creates_domain else None
        self.place = Place(stage, domain_id=domain.id if domain else stage.domain_id or "", made=domain)
        if not domain:
            self.export_value(self.place.domain_id(self), name=f"{self.stack_name}:{DOMAIN_ID_EXPORT}")
        configure = self._configure(stage)
        allow_configuring(
            configure.house_role,
            domain_arn=self.place.domain_arn(self),
            instance_arn=self.place.instance_arn(self),
            bundles=self.bundles,
        )
        wanted = write_wanted(compiled, workdir / f"wanted-{stage.name}.json")
        configured = Configuration(self, "Configuration", stage=stage, function=configure, wanted=wanted, release=fingerprint(PACKAGE)[:16])
        if domain:
            configured.node.add_dependency(domain)
        rules = native_rules(compiled, stage=stage, domain=domain)
        NativeRules(self, "NativeRules", instance_arn=self.place.instance_arn(self), rules=rules).node.add_dependency(configured)

    def _domain(self, stage: Stage, compiled: Compiled) -> Domain:
        instance_arn = Place(stage, domain_id="", made=None).instance_arn(self)
        return Domain(self, "Domain", name=f"casewright-{stage.name}", instance_arn=instance_arn, definition=compiled.definition)

    def _configure(self, stage: Stage) -> Function:
        return Function(
            self,
            "ConfigureDomain",
            stage=stage,
            layers=Layers(self, "Layers", stage=stage),
            folder="configure_domain",
            role=FunctionRole(self, "ConfigureDomainRole", stage=stage),
            timeout=Duration.minutes(14),
            settings=ConfigureDomainSettings(
                domain_id=self.place.domain_id(self),
                account=self.account,
                region=self.region,
                instance_id=stage.instance_id,
                bundle_bucket=self.bundles.bucket_name,
            ),
        )
