"""What the package is measured against: SOTP-10, other tools on the same work, and the harness that runs them."""
