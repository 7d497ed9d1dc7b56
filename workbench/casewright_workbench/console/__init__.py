"""Pages about a running house: what happened, what is due, what was sent. They read the case table; only metrics come from the lake."""
