"""Looks, camera moves, light and air, and a talking character."""
