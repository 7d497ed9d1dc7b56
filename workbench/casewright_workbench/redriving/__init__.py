"""Messages of the dead-letter queues: what lies there and why, and the way back."""
