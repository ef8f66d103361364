"""`python -m cli` is the `hearthwatch` command."""

from cli.main import main

main()
