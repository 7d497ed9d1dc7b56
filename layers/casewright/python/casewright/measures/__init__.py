"""What is kept for measuring: the columns of the lake, and events, decisions, effects and clocks as rows of it."""
