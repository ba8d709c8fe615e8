"""Budgets of DESIGN.md §9, each measured against its own floor: `python -m bench NAME`."""
