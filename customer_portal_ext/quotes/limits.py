"""How much of what a visitor may send. How often is in access.limits."""

LONGEST_NAME = 100
LONGEST_EMAIL = 140
LONGEST_PO_NUMBER = 140
LONGEST_REASON = 1000
# Links to one quotation that work at the same time.
MOST_SHARES = 20

LARGEST_SIGNATURE_BYTES = 200 * 1024
# in pixels, of either side
LARGEST_SIGNATURE_SIDE = 2400
SMALLEST_SIGNATURE_SIDE = 8
# Each takes some 20 bytes while it is read. The box to sign in has a few hundred thousand.
MOST_SIGNATURE_PIXELS = 1_500_000
