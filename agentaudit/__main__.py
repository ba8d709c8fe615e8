"""`python -m agentaudit`."""

import sys

if __name__ == "__main__":
    if not sys.flags.safe_path:
        # `-m` put the current directory first, which may be the very repository that is audited
        del sys.path[0]
    from agentaudit.cli import main

    main()
