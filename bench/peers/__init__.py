"""The same relay on other servers, beside the service: `python -m bench.peers`."""
