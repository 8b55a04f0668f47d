"""How the reader is spoken to: what is masked, what is asked, over which wire, and which answers are believed. Pure."""
