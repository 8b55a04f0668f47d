"""How many letters may leave, to whom and how fast: rates, token buckets, ramp-up."""
