"""What people do at the publisher; each function one transaction."""
