"""Tags of rules and buses."""

from casewright_workbench.localcloud.service import Caller, Request, Response, ServiceError

from .buses import Buses


class TagOperations:
    """TagResource, UntagResource and ListTagsForResource."""

    _buses: Buses

    def tag_resource(self, request: Request, _caller: Caller) -> Response:
        """Set tags."""
        self._tags(request["ResourceARN"]).update({tag["Key"]: tag["Value"] for tag in request["Tags"]})
        return {}

    def untag_resource(self, request: Request, _caller: Caller) -> Response:
        """Remove tags."""
        tags = self._tags(request["ResourceARN"])
        for key in request["TagKeys"]:
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, request: Request, _caller: Caller) -> Response:
        """The tags of a rule or bus."""
        return {"Tags": [{"Key": key, "Value": value} for key, value in self._tags(request["ResourceARN"]).items()]}

    def _tags(self, arn: str) -> dict[str, str]:
        for bus in self._buses.all.values():
            tagged = {bus.arn: bus.tags} | {rule.arn: rule.tags for rule in bus.rules.values()}
            if arn in tagged:
                return tagged[arn]
        raise ServiceError("ResourceNotFoundException", f"There is no rule or event bus {arn}.")
