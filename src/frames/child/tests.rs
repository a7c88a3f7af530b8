//! Requests answered about stores that the library wrote.
