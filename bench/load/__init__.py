"""Many participants from few processes: real WebSockets at a cost that leaves the cores to what is
measured. No library is between these modules and the sockets.
"""
