"""HTTP on one side, services on the other: requests parsed and validated, responses and errors written, by botocore's models."""
