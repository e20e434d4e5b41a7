"""Traces of single characters, from the commit to SQL, for OpenTelemetry; off unless asked for."""
