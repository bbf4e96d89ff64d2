"""Writes of the room `accounts`."""
