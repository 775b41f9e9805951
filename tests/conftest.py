"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# How long something takes on a shared machine says nothing about whether it is right.
settings.register_profile("fanbot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fanbot")
