"""Ten minutes with the machine: it asks about the mentions that teach it most, and says how often it is right."""
