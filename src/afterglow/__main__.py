"""``python -m afterglow``."""

from afterglow.cli.main import main

main()
