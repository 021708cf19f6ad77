"""Cell cycle by BrdU and propidium iodide: events by phase, gating, and the effect on a phase."""
