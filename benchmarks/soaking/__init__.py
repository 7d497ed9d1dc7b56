"""The parts of the soak: the house that suffers, the work done in it, and the count afterwards."""
