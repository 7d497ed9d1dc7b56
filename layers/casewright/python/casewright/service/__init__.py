"""Use cases, one verb a module: what the functions do with the ports."""
