"""Why rules fired and why not: traces of events given in a file, and of cases in production."""
