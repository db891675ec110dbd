"""Text that a spreadsheet shows and does not compute."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """With an apostrophe before what would be taken for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
