"""The desk: where the loop is open, and who has not heard back."""
