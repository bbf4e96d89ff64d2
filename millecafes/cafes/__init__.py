"""The network's cafés: what they are, their life, their services, their hours, their public page."""
