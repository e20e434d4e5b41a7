"""The steps from each form of the tables to the next one, for Alembic; `../migration.py` runs them.

Workers of the version before may still run after a step, so a step only adds: what nobody needs any
more is removed by a step of a later version. A step that has been published is never changed.
"""
