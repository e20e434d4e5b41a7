"""A fleet that is larger than the machines at hand: simulated event by event, and reckoned."""
