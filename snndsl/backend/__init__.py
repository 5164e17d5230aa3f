"""What the compiler knows of backends: protocol, registry, source trees, the floor that they share, run control."""

REFERENCE = "reference"
"""The backend that needs no tool, and that all others are compared with."""
