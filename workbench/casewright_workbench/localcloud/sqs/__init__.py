"""SQS on the laptop: standard and FIFO queues driven by the clock, with receives in logarithmic time."""
