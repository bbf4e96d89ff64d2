"""Forms of the room `cafes`."""
