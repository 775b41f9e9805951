"""The project's own measurements: how fast, how soon, how large, on the machine at hand."""
