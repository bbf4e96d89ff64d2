"""Cafés compared with an extract of OpenStreetMap: what is read, what differs, what is decided."""
