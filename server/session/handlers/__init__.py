"""What each message of a client leads to: one module a family of messages."""
