//! The gate, the names and the moving windows.
