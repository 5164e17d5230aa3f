"""What a generated tree holds besides the model: shipped as it stands into ``code/``."""
