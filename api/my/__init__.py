"""The pages that customers open by a link, without a login."""
