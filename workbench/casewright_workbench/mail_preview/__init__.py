"""An email of a directory as it would go out, with values given or made up."""
