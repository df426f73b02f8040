"""How much of what a visitor may change. How often is in access.limits."""

LONGEST_LINE = 140
LONGEST_ADDRESS_LINE = 240
LONGEST_EMAIL = 140
LONGEST_PHONE = 30
LONGEST_POSTCODE = 20
LONGEST_WEBSITE = 140
LONGEST_NOTE = 500

MOST_ADDRESSES = 200
MOST_CONTACTS = 200
# Requests of one customer that wait for staff at the same time.
MOST_REQUESTS = 10
ACTIVITY_ON_A_PAGE = 30
