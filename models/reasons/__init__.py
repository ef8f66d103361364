"""Why a model says what it says: which metrics moved it, how far and since when."""
