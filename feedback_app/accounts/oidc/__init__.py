"""Signing in with an account elsewhere: OpenID Connect, any provider that the machine's settings name."""
