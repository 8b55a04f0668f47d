"""Answering by personal link: the form, the press of the button, thanks."""
