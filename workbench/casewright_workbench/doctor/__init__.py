"""`casewright doctor`: is what was deployed able to work? Read-only checks, one module a concern, and a probe case on demand."""
