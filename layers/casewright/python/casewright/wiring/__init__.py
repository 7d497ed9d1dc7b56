"""The composition root: settings and a session become ports, one module a function, so that each imports what it needs and no more."""
