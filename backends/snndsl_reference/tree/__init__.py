"""What runs a generated tree: the plain NumPy machine, which stays in this package."""
