"""What keeps `hotline serve` standing: its checks, its child processes, its ear to PostgreSQL."""
