"""Everything kept, in SQL: one writer with group commit, one room for each port of the store."""
