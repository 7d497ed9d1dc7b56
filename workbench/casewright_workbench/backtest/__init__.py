"""A configuration run over archived events: what it would have done, and how that differs from another one."""
