"""What makes a subject and another background one picture: light, edges, exposure and grain."""
