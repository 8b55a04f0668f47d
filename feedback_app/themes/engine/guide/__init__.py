"""Learning from a person who answers questions: the mentions as rows, what answers teach, and what to ask next."""
