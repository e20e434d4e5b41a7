"""Campaigns as data: what an organiser defines, checked, kept in SQL or in a file."""
