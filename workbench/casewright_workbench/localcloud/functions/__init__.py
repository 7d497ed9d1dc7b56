"""Lambda on the laptop: real handlers, invoked as AWS would invoke them."""
