"""Speech as a face needs it: how loud, which sounds, when."""
