"""What ``python -m graphnet`` does: its command line, its files, its line of progress."""
