"""`python -m agentaudit`."""

from agentaudit.cli import main

if __name__ == "__main__":
    main()
