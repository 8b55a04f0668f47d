"""Signing in: forms, the guard against guessing, second step, what the trail keeps of it."""
