"""Data Firehose on the laptop: buffers, a transforming function, partitions, Parquet, and objects on S3."""
