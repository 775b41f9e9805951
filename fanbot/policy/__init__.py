"""Pure verdicts: facts in, a verdict with its reasons out."""
