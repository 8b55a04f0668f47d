"""From answers to placements: cutting, the pipeline over the engine, requests and the classifier kept."""
