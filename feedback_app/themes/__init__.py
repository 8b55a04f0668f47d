"""What people talk about: mentions grouped into themes, and the codebook people make of them."""
