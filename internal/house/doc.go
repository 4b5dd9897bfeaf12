// Package house holds the tests that keep ARCHITECTURE.md true: which package
// may import which, where rules, doors and SQL live, who owns which table, who
// may read the clock, that every door and every refusal is tested, how long a
// file may be, which modules the shipped binary carries.
//
// It contains no production code. Each check is a function from parsed files to
// findings; beside each test of the repository stands a test that plants a
// violation and wants it found, so that a check that sees nothing fails too.
//
// An exception is a line in a table here, with its reason. Whoever adds a
// package adds it to the table of levels first.
package house
