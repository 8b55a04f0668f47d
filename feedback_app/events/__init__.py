"""What happened: one row for each thing that was done, by a stable code. Knows no other room."""
