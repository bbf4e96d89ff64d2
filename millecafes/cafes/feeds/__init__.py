"""What goes out of the room `cafes`: files, their schema, the feed of openings."""
