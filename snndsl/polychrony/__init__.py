"""Polychronous groups: search, catalogue, significance. Reads arrays; the neuron that answers is an argument."""
