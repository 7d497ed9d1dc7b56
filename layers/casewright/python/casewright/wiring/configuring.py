"""The ports of `configure_domain`."""

from casewright.aws.bundles import BundleBucket
from casewright.aws.domain import DomainSetup
from casewright.aws.stream import DomainStream
from casewright.service.configure import Configuring
from casewright.settings import ConfigureDomainSettings
from casewright.wiring.container import Container


def configuring(parts: Container) -> Configuring:
    """Wire `configure_domain`."""
    settings = ConfigureDomainSettings.from_environment(parts.environ)
    setup = DomainSetup(parts.client("connectcases"), settings.domain_id)
    stream = DomainStream(
        cases=parts.client("connectcases"),
        integrations=parts.client("appintegrations"),
        connect=parts.client("connect"),
        domain_id=settings.domain_id,
        instance_id=settings.instance_id,
    )
    return Configuring(
        domain_id=settings.domain_id,
        fields=setup,
        templates=setup,
        stream=stream,
        publishing=BundleBucket(parts.client("s3"), settings.bundle_bucket),
        telemetry=parts.telemetry,
    )
