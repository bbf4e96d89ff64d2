"""Pages of the room `cafes`."""
