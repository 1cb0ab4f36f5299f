"""Content files become definitions: one module for each kind of file, all behind `flows.loader`."""
