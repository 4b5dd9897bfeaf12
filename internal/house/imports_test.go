package house

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// levels is the table of directions: a package imports only packages of lower
// levels, and those of its own that beside names. A package that is not here
// has no place yet.
var levels = map[string]int{
	"wire":           0,
	"internal/fault": 0,
	"internal/day":   0,
	"internal/frame": 0,
	"internal/tree":  0,
	"internal/text":  0,

	"internal/db": 1,

	"internal/actor": 2,
	"internal/job":   2,
	"internal/sign":  2,
	"internal/ship":  2,

	"internal/org":          3,
	"internal/catalog":      4,
	"internal/delegate":     5,
	"internal/license":      6,
	"internal/subscription": 7,
	"internal/usage":        7,
	"internal/order/format": 7, // parsers of order documents: bytes to orders, no database
	"internal/order":        8,
	"internal/estate":       9,
	"internal/connect":      9,
	"internal/federate":     9,
	"internal/report":       10,
	"internal/privacy":      10,
	"internal/trial":        10,
	"internal/route":        10, // ADR 0003

	"internal/api":           11,
	"internal/soap":          11,
	"internal/compat/keygen": 11,
	"internal/web":           11,
	"internal/portal":        11,
	"internal/depot":         11,

	"internal/app":   12,
	"internal/demo":  13, // ADR 0010
	"internal/bench": 13, // ADR 0010
	"internal/house": 13,

	"client/internal/point": 0, // where tests stop a client
	"client/pkcs11/line":    1, // what licet-pkcs11 is told and answers; ADR 0019

	"client":        1,
	"client/pkcs11": 2, // keys in a device, through licet-pkcs11
	"client/online": 2, // the HTTPS transport, so that offline programs do not carry net/http
	"client/tpm":    2,
	"client/qr":     2,
	"client/wizard": 3,

	"cmd/licet":          20,
	"cmd/licet-activate": 20,
}

// testPackages are imported by tests only; the reason says what for.
var testPackages = map[string]string{
	"internal/db/dbtest":       "a fresh database of each engine",
	"internal/actor/actortest": "runs every door as a stranger and against a dead database",
	"internal/browsertest":     "looks at pages with Chromium",
	"internal/sign/signtest":   "keys for the tests of other packages",
	"internal/clienttest":      "a small publisher with a server, for the client and the programs above it",
	"internal/pagetest":        "runs the commands of the documentation's pages",
	"internal/mailtest":        "a mail server (Postfix)",
	"internal/p11test":         "a PKCS#11 device (SoftHSM2) and the helper that uses it",
	"internal/tpmtest":         "a TPM 2.0 (swtpm)",
	"internal/verbs":           "tests of every verb over every carrier and in every container, and of its refusals at every door; nothing imports it",
	"internal/proof":           "tests of durability and exactness from outside; nothing imports it",
}

// beside are the imports inside one level, from → to.
var beside = map[string][]string{
	"internal/day":    {"internal/fault"},
	"internal/frame":  {"internal/fault", "internal/day"},
	"internal/job":    {"internal/actor"},                  // a job belongs to a publisher and shows its health by right
	"internal/sign":   {"internal/actor", "client/pkcs11"}, // a key belongs to a publisher, and may be in a security module
	"internal/ship":   {"internal/actor"},                  // it carries what the journal names
	"internal/portal": {"internal/web"},
	"internal/depot":  {"internal/web"},
	"internal/api":    {"internal/web"},  // its readable page; ADR 0010
	"internal/bench":  {"internal/demo"}, // its publisher with keys and catalog
}

// adapters translate; they must not reach a function that skips the rights check.
var adapters = []string{
	"internal/route", "internal/api", "internal/soap", "internal/compat/keygen",
	"internal/web", "internal/portal", "internal/depot",
}

// public packages see nothing of the server: what they may import of ours.
var public = map[string][]string{
	"wire":               {},
	"client":             {"wire", "client/internal/point"},
	"client/online":      {"wire", "client", "client/internal/point"},
	"client/pkcs11":      {"wire", "client", "client/pkcs11/line"},
	"client/pkcs11/line": {"wire"},
	"client/tpm":         {"wire", "client"},
	"client/qr":          {"wire", "client"},
	"client/wizard":      {"wire", "client", "client/online", "client/tpm", "client/qr"},
	"cmd/licet-activate": {"wire", "client", "client/online", "client/pkcs11", "client/tpm", "client/qr", "client/wizard"},
	"examples":           {"wire", "client", "client/online", "client/wizard"},
}

// unreachable are packages that another must not reach, however indirectly.
var unreachable = map[string][]string{
	"internal/depot": {"internal/order", "internal/report", "internal/estate"}, // it stands in the DMZ
	"client":         {"net/http"},                                             // offline programs do not carry it
	"wire":           {"net/http"},
}

// levelOf returns the level of a directory; examples are programs.
func levelOf(dir string) (int, bool) {
	if inside(dir, "examples") {
		return 20, true
	}
	l, ok := levels[dir]
	return l, ok
}

// directions finds imports against the table.
func directions(files []*source) (out []string) {
	for _, s := range files {
		level, known := levelOf(s.dir)
		if !known && testPackages[s.dir] == "" {
			if !s.test {
				out = append(out, fmt.Sprintf("%s: package %s has no level in internal/house", s.path, s.dir))
			}
			continue
		}
		for _, im := range s.imports {
			to, ours := strings.CutPrefix(im, modulePath+"/")
			if !ours || to == s.dir || s.test && testPackages[to] != "" {
				continue
			}
			if why := forbidden(s, level, to); why != "" {
				out = append(out, fmt.Sprintf("%s imports %s: %s", s.path, to, why))
			}
		}
	}
	return out
}

// forbidden says why s must not import to, "" if it may.
func forbidden(s *source, level int, to string) string {
	switch target, known := levelOf(to); {
	case testPackages[to] != "":
		if testPackages[s.dir] == "" {
			return "only tests may"
		}
		return ""
	case s.testOnly():
		return ""
	case !known:
		return "it has no level in internal/house"
	case slices.Contains(adapters, s.dir) && to == "internal/db":
		return "adapters never import db"
	case inside(s.dir, slices.Collect(maps.Keys(public))...) && !slices.Contains(public[publicRoot(s.dir)], to):
		return "a public package sees only " + strings.Join(public[publicRoot(s.dir)], ", ")
	case strings.HasPrefix(to, "cmd/"):
		return "commands are not imported"
	case target < level, slices.Contains(beside[s.dir], to):
		return ""
	case target == level:
		return "they stand on the same level"
	}
	return "imports point downward"
}

func publicRoot(dir string) string {
	if inside(dir, "examples") {
		return "examples"
	}
	return dir
}

// reached finds packages that a package of unreachable reaches through ours.
func reached(files []*source) (out []string) {
	next := map[string][]string{}
	for _, s := range files {
		if s.testOnly() {
			continue
		}
		for _, im := range s.imports {
			next[s.dir] = append(next[s.dir], strings.TrimPrefix(im, modulePath+"/"))
		}
	}
	for from, banned := range unreachable {
		seen := map[string]bool{}
		queue := []string{from}
		for len(queue) > 0 {
			at := queue[0]
			queue = queue[1:]
			for _, to := range next[at] {
				if slices.Contains(banned, to) {
					out = append(out, fmt.Sprintf("%s reaches %s through %s", from, to, at))
				}
				if !seen[to] {
					seen[to] = true
					queue = append(queue, to)
				}
			}
		}
	}
	return out
}

func TestDirections(t *testing.T) {
	none(t, directions(repository(t)))
	none(t, reached(repository(t)))
}

func TestDirectionsCatches(t *testing.T) {
	ours := func(p string) string { return `import "` + modulePath + "/" + p + `"` }
	caught(t, directions(planted(
		t,
		"internal/day/a.go", "package day\n"+ours("internal/fault"),
		"internal/day/b.go", "package day\n"+ours("internal/tree"),
		"internal/org/a.go", "package org\n"+ours("internal/license"),
		"internal/org/b.go", "package org\n"+ours("internal/db")+"\n"+ours("internal/actor"),
		"internal/org/a_test.go", "package org\n"+ours("internal/db/dbtest")+"\n"+ours("internal/license"),
		"internal/org/c.go", "package org\n"+ours("internal/db/dbtest"),
		"internal/util/a.go", "package util\n",
		"internal/license/a.go", "package license\n"+ours("internal/util2"),
		"internal/api/a.go", "package api\n"+ours("internal/db"),
		"internal/api/b.go", "package api\n"+ours("internal/portal"),
		"internal/portal/a.go", "package portal\n"+ours("internal/web")+"\n"+ours("internal/route"),
		"client/a.go", "package client\n"+ours("internal/fault"),
		"examples/shop/a.go", "package main\n"+ours("client"),
		"examples/shop/b.go", "package main\n"+ours("internal/app"),
		"cmd/licet/a.go", "package main\n"+ours("internal/app")+"\n"+ours("internal/db"),
		"internal/app/a.go", "package app\n"+ours("cmd/licet"),
	)),
		"internal/day/b.go imports internal/tree: they stand on the same level",
		"internal/org/a.go imports internal/license: imports point downward",
		"internal/org/c.go imports internal/db/dbtest: only tests may",
		"package internal/util has no level",
		"internal/license/a.go imports internal/util2: it has no level",
		"internal/api/a.go imports internal/db: adapters never",
		"internal/api/b.go imports internal/portal: they stand",
		"client/a.go imports internal/fault: a public package sees only wire",
		"examples/shop/b.go imports internal/app: a public package sees only wire, client",
		"internal/app/a.go imports cmd/licet: commands are not imported",
	)
	caught(t, reached(planted(
		t,
		"internal/depot/a.go", "package depot\n"+ours("internal/web"),
		"internal/web/a.go", "package web\n"+ours("internal/order"),
		"client/a.go", "package client\n"+ours("wire"),
		"wire/a.go", "package wire\nimport \"net/http\"",
	)),
		"internal/depot reaches internal/order through internal/web",
		"client reaches net/http through wire",
		"wire reaches net/http through wire",
	)
}
