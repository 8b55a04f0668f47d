"""Returned mail: read, classified, and applied to the address it is about."""
