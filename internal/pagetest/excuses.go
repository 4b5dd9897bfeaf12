package pagetest

import "strings"

// Excused is a block that no test runs.
type Excused struct {
	Page string // path from the root of the repository
	Has  string // text that this block of the page holds, and no other
	Why  string
}

// Excuses are the blocks that no test runs, each with its reason.
var Excuses = []Excused{
	{"README.md", "./check", "the gate itself, inside of which the tests run"},
	{"CONTRIBUTING.md", "./check deep", "the gate and its tests; README's test runs the demo"},
	{"docs/ops/install.md", "CREATE ROLE licet_read", "a role is of the whole cluster; internal/db tests the start with it and without it"},
	{"docs/ops/install.md", "systemctl", "changes the system it runs on"},
	{"docs/how-to/keygen.md", "keygen.APIURL", "is of Keygen's Go client, a module that this repository does not carry"},
	{"docs/ops/bench.md", "host=/dev/shm", "measures for minutes, and wants a quiet machine"},
	{"docs/ops/bench.md", "bin/initdb", "measures for minutes, and wants a quiet machine"},
}

// Excuse returns why no test runs the block, "" when one must.
func Excuse(b *Block) string {
	for _, e := range Excuses {
		if e.Page == b.Page && strings.Contains(b.Text, e.Has) {
			return e.Why
		}
	}
	return ""
}
