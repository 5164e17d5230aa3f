"""Networks to search: tables of synapses, and what they are read from."""
