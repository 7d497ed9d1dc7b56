"""What can be asked of a case and an event, in three values: true, false, unknown (None)."""
