"""`doctor --live`: one case in the real domain, and what AWS makes of it beside what the local cloud makes of it."""
