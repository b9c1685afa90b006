"""afterglow: video effects from the command line, exact in colour and time."""
