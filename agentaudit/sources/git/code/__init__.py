"""Understanding source code."""
