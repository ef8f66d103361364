"""What readings mean: features, detectors, training, the shelf of models, days left."""
