"""What kinds of question are made of: the reply, the promises every kind keeps, and what several share."""
