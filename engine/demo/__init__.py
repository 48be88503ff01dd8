"""The demonstration: a simulated clock over the real engine, with plainly invented names."""
