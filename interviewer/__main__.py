"""`python -m interviewer`, and the `interviewer` command."""

from __future__ import annotations

import sys


def main() -> None:
    from interviewer.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
