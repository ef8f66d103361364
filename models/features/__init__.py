"""What a model is shown of a unit at a moment: computed the same way for training and scoring."""
