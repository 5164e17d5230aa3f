"""What holds for every test: generated examples are the same on every machine, and no test leaves files in the tree."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("snndsl", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("snndsl")
