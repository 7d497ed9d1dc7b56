"""The type of a boto3 client here.

botocore makes the methods of a client at run time from its service model, so the type checker cannot know them. Adapters are the edge:
what they read from a response they turn into our types at once.
"""

from typing import Any, TypeAlias

Client: TypeAlias = Any
