"""What people do to themes and mentions: rename, merge, split, confirm, correct, undo."""
