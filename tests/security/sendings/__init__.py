"""Every form of the portal as a visitor would send it, by the topics of its pages. ``SENDINGS``: name -> (route, what makes it)."""

from tests.security.sendings import account, doors, money, talks  # noqa: F401  (each adds its own)
from tests.security.sendings.stage import SENDINGS  # noqa: F401
