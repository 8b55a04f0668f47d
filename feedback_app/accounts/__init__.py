"""Staff: sign-in, roles, and the trail of who did what."""
