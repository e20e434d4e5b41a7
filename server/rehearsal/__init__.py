"""A rehearsal: people of a program take part in a shadow of a campaign; a report says how it went.

It needs the Python client, `jielong-client`.
"""
