"""The lake without AWS: the same table and the same views, read by DuckDB from a directory or from (local) S3."""
