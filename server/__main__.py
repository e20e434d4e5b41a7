"""`python -m server` is the `jielong` command."""

from server.cli.app import main

if __name__ == "__main__":
    main()
