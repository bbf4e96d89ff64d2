"""Rows to arrays, arrays to the engine, results to rows: the only modules that touch an engine."""
