"""Checks the promises of the protocol on recorded histories of clients and on the final store."""
