"""Uses of polychronous groups from Python: found, played, detected, wired, varied; each function returns a frozen result."""
