"""Power of paired RT-qPCR studies: pairs simulated, analysed and judged."""
