"""What holds for every test: generated examples are the same on every machine and every day."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "snndsl", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("snndsl")
