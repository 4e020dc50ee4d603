"""`python -m tf1compat` is the command `tf1compat`."""

from __future__ import annotations

from tf1compat.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
