"""Power of dose-response panels: plates simulated, analysed and judged."""
