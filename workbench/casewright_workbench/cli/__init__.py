"""The `casewright` command."""
