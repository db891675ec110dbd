"""What every command is made of: help and options, its language, the service, files."""
