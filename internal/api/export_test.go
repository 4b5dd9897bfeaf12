package api

// Closed is the table of closed sets.
var Closed = closed
