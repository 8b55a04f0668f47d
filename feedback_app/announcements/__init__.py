"""The letter that closes the loop: you said, we did."""
