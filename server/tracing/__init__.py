"""Traces for OpenTelemetry, from a join to SQL; off unless asked for."""
