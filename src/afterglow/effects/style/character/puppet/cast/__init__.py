"""The puppets, one a module: tables of parts from the back to the front."""
