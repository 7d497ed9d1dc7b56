"""Amazon Connect on the laptop: the operations that automation over cases uses, with a facade in `service`."""
