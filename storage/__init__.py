"""What is remembered: tables, the vault, the two doors as rows."""
