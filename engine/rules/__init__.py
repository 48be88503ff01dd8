"""Law and district parameters as pure, dated, cited code."""
