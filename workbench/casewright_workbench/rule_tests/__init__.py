"""Tests that operators write beside their rules: given these events, expect these effects."""
