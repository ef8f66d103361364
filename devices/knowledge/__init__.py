"""What the catalogue knows, for somebody who asks in their own words."""
