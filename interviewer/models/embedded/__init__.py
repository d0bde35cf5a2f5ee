"""A real small model inside the program: its pieces, an engine in a child process, and the chat port over it.

Importing any module of this package loads neither the engine nor the pieces.
"""
