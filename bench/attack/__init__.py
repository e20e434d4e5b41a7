"""The service under attack: farms of false hands, a school, hostile clients."""
