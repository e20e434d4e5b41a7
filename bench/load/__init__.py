"""A load generator: many virtual users in few processes, over real WebSockets.

No library lies between these modules and the sockets, so that the load leaves the CPU to the
service that is measured.
"""
