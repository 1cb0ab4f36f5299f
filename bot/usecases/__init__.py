"""What Kabar does, one verb a file: gather, decide, record, in one transaction."""
