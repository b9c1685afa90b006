"""Voices: text in, sound and the times of its words and phonemes out."""
