// Package analysis turns text into what the index holds and what a query asks
// for. It owns folding (one spelling for full and half width, case, and
// traditional and simplified characters) and cutting into terms. Pure functions:
// the same input gives the same output, on every node and for ever under one
// Version; nothing here knows of the index.
package analysis

// Version names the rules and tables of this package. An index made under
// another one is made anew.
const Version = "1"
