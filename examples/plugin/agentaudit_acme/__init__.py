"""Acme's own question, report and trace source for agentaudit."""
