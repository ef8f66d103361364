"""What customers are written: who it is for, what it says, and when it follows."""
