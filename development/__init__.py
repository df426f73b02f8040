"""What stands behind the command ``./portal``: setting up a bench, services, sites, the demo and the tests."""
