"""The event stream of Amazon Connect Cases, and the case as known from it."""
