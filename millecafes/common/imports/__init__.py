"""Imports: what people keep in spreadsheets comes in, looked at before anything is written."""
