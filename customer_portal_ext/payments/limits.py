"""How long and how much a customer may try to pay. How often is in access.limits."""

DEFAULT_MINUTES = 30
MINIMUM_MINUTES = 30  # Stripe takes no shorter expiry
MAXIMUM_MINUTES = 24 * 60
# What one payment may settle: ERPNext validates each reference of a Payment Entry with several statements.
MOST_DOCUMENTS = 100

# Posting is tried again after so many minutes, then it needs a person.
BACK_OFF_MINUTES = (1, 5, 15, 60, 240, 720)

# A posted payment nobody was told of for so long is taken up by the scheduler, for so many days.
PATIENCE_MINUTES = 10
GIVEN_UP_AFTER_DAYS = 7
