"""The code that ran."""
