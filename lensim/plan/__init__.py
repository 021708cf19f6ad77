"""From power to a plan: sizes, costs, looks, robustness, doses, layouts."""
