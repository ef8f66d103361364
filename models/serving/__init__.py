"""What the serving models say of the fleet, hour by hour and day by day."""
