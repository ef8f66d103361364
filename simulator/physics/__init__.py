"""Simple physics of appliances: numbers that obey heat, water and wear; pure and seeded."""
