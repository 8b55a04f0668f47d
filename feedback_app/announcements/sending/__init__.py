"""Sending: who is told, with which words, in pieces, and how far it is."""
