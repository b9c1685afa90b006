"""The half of ops for NumPy arrays. Called through afterglow.ops, which documents it."""
