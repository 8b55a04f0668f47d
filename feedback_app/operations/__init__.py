"""Running the service: doctor, DNS, metrics, and the reader of development mail."""
