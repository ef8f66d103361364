"""What an appliance is: its metrics, fault codes, consumables and commands, as data."""
