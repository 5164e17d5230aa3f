"""What recordings say: comparison, expectations, statistics, figures."""
