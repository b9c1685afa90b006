"""The half of ops for torch tensors, on the device where they lie. Called through afterglow.ops.

Nothing here waits for the GPU: no value is read back, and numbers travel as kernel arguments.
"""
