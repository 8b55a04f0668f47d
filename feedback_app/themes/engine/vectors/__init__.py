"""Vectors: encoders, processes that encode, normalised spaces, neighbour graphs."""
