"""Amazon Connect on the laptop: the operations that automation over cases uses."""
