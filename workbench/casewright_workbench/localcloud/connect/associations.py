"""What an instance is integrated with: Cases domains, event integrations and the rest."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Association:
    """One integration association of the instance."""

    id: str
    arn: str
    type: str
    integration_arn: str
    source_type: str | None
    source_application_name: str | None
    source_application_url: str | None
    created: datetime
