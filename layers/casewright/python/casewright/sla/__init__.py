"""SLA policies, and the clocks that run under them."""
