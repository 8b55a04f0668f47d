"""Answers a company already has, from a file."""
