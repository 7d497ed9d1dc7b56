"""From names to the ids of one domain: the last step of compiling, done where the bundle is loaded."""
