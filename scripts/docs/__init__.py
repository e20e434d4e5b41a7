"""Builds the documentation site and its reference pages."""
