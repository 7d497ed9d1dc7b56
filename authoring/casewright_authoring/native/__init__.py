"""Rules of Amazon Connect itself: which of ours can be said there, and the other way round."""
