"""Search in what people said: every form of a word, in Polish and English."""
