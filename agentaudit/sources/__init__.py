"""Where evidence lives: the only rooms that touch files, processes or the network."""
