"""How long a statement may be before it is made in the background, and before it is refused.

Measured on two cores: a PDF takes some 5 ms a line, a spreadsheet 0.1 ms; a visitor waits two seconds at most.
"""

# lines that are made while the visitor waits
AT_ONCE = {"pdf": 400, "csv": 20_000, "xlsx": 20_000}
# lines that are made at all; beyond, a shorter period or another format is asked for
AT_ALL = {"pdf": 20_000, "csv": 1_000_000, "xlsx": 1_000_000}

FORMATS = tuple(AT_ONCE)

# Files that wait for a background worker, or are being made by one, at the same time: for one link or one user, and for
# all of a customer.
MOST_UNDER_WAY = 2
MOST_UNDER_WAY_TOGETHER = 4
# Finished ones of a customer; what is older than these goes as another is asked for.
MOST_KEPT = 10


def is_large(format: str, count: int) -> bool:
	return count > AT_ONCE[format]


def is_too_large(format: str, count: int) -> bool:
	return count > AT_ALL[format]
