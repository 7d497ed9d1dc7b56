"""The clocks of cases: how each came to stand as it does, and what another version of its policy would make of it."""
