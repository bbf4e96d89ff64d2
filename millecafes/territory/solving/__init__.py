"""Rows to arrays, arrays to engines, results to rows: the only modules that touch an engine."""
