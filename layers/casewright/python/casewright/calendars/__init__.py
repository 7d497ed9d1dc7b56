"""Business time: when a clock of an SLA runs."""
