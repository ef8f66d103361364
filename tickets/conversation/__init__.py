"""What is said and handed over about a ticket: contacts of customers, notes, files."""
