"""The service under attack: farms of bots, a school, hostile clients."""
