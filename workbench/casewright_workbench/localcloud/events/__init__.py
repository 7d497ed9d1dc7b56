"""EventBridge on the laptop: buses, rules, patterns, schedules and targets."""
