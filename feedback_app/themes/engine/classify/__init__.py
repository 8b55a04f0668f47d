"""Learning from people: classifiers, calibration, assigning new texts."""
