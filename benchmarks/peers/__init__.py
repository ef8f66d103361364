"""What a user would otherwise pick, measured in the same run."""
