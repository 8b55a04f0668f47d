"""What was altered in a process, and why; or why it cannot change."""
