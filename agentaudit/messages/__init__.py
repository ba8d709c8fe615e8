"""The messages of an LLM span, in every dialect, or why they are not all there."""

from agentaudit.messages.parts import Message, Part
from agentaudit.messages.remedy import remedy
from agentaudit.messages.transcript import Transcript, returned, sent

__all__ = ["Message", "Part", "Transcript", "remedy", "returned", "sent"]
