"""The desk: where the loop is open, and the mail queue."""
