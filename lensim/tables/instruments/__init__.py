"""Exports of plate readers and cyclers that are more than a text with one grid: several reads, plates and sheets."""
