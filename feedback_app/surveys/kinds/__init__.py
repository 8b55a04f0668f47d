"""The kinds of question: one file each, found by being here; a new one is that file, a template and a test."""
