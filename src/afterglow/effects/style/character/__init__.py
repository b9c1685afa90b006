"""A face that talks: how it moves in time, and the faces that can move so."""
