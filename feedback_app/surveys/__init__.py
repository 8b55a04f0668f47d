"""What we ask, and whom: surveys, questions, invitations."""
