"""agentaudit: can a team show the complete context behind any response of its agentic system?"""

__version__ = "0.1.0"
