"""The one way in for feedback: whoever it is from and however it comes, it is stored here."""
