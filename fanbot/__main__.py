"""Start fanbot from the command line."""

from fanbot.cli.outermost import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
