"""Files of other programs: read with every size checked before it is believed, and nothing in them executed."""
