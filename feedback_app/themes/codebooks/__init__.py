"""The codebook as a whole: to start from, to take out, to bring in."""
