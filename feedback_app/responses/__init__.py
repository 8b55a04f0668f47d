"""What came back: responses and answers."""
