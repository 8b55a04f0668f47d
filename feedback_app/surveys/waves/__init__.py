"""Asking: waves of invitations, their letters, and the hours in the reader's zone."""
