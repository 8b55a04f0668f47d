"""Finding themes: communities, how many, exemplars, names, what is new."""
