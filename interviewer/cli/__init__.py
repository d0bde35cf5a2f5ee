"""The command line: commands, and what exit code an error means."""
