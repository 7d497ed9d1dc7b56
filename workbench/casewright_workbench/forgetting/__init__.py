"""Forgetting: which cases are those of a customer, and what expires by itself."""
