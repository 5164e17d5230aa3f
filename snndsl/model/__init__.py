"""What a model file means, resolved once: parsed terms with their places, selections, whole steps."""
