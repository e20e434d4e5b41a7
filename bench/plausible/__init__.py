"""Measures whether ink is judged rightly: honest hands and hostile ink, from seeds."""
