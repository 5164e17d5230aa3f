"""Groups and motifs in recorded spikes: found, and held against surrogates and against SPADE."""
