"""Looks at a deployment and says what to do about it; changes nothing but Redis' functions."""
