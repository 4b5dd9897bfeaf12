package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/pagetest"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// drill is a part of docs/ops/keys.md: some code blocks of one section, what
// happens before them, and what must hold after them.
type drill struct {
	section string
	blocks  []int
	before  func(f *field)
	after   func(f *field)
}

// drills are all code blocks of the page. Those of the first section set up
// every field, so they are run before each drill.
var drills = []drill{
	{"Set up", []int{0, 1, 2, 3}, nil, (*field).sells},
	{"Set up with roots that never meet the server", []int{0, 1, 2, 3}, (*field).empty, (*field).sells},
	{"Every year: the next issuing key", []int{0}, nil, (*field).rotated},
	{"Security module", []int{0}, (*field).plug, (*field).boxed},
	{"Security module", []int{1}, (*field).plug, (*field).boxed},
	{"Lost security module", []int{0}, (*field).loseModule, (*field).rotated},
	{"Stolen security module", []int{0}, (*field).stealModule, (*field).emptied},
	{"Lost issuing key", []int{0}, (*field).loseKey, (*field).rotated},
	{"Stolen issuing key", []int{0, 1}, (*field).stealKey, (*field).forgedRefused},
	{"Stolen issuing key", []int{2, 3, 4}, (*field).stealKey, (*field).forgedRefused},
	{"Lost active root", []int{0}, (*field).loseActive, (*field).newPins},
	{"Lost standby root", []int{0}, (*field).loseStandby, (*field).newPins},
	{"Stolen active root", []int{0}, (*field).stealActive, (*field).rootFell},
	{"Stolen active root", []int{1, 2, 3}, (*field).stealActive, (*field).rootFell},
	{"Stolen standby root", []int{0}, (*field).stealStandby, (*field).rootFell},
	{"Lost identity file", []int{0}, (*field).loseIdentity, (*field).sells},
	{"Lost identity file", []int{0, 1}, (*field).loseYoungKeys, (*field).rotated},
	{"Stolen server", []int{0}, (*field).stealKey, (*field).serverStolen},
	{"Peppers and data keys", []int{0}, nil, (*field).sells},
	{"Peppers and data keys", []int{1}, (*field).rotatePepper, (*field).pepperGone},
}

// TestRunbook runs every command of the page, with a product in the field that
// was shipped before anything happened and holds the original pins only.
func TestRunbook(t *testing.T) {
	quick(t)
	page := pagetest.Open(t, "docs/ops/keys.md").Sections("sh")
	for _, d := range drills {
		t.Run(strings.ReplaceAll(d.section, " ", "-"), func(t *testing.T) { playDrill(t, page, d) })
	}
}

// quick makes sealed files cheap while a test runs.
func quick(t *testing.T) {
	t.Helper()
	rootWork = 8
	t.Cleanup(func() { rootWork = 0 })
}

func playDrill(t *testing.T, page map[string][]*pagetest.Block, d drill) {
	t.Helper()
	f := newField(t)
	isSetUp := strings.HasPrefix(d.section, "Set up")
	if !isSetUp {
		for _, block := range page["Set up"] {
			f.block(block)
		}
		f.ship()
	}
	if d.before != nil {
		d.before(f)
	}
	for _, i := range d.blocks {
		if i >= len(page[d.section]) {
			t.Fatalf("%q has no block %d", d.section, i)
		}
		f.block(page[d.section][i])
	}
	if isSetUp {
		f.ship()
	}
	d.after(f)
}

// sells shows that a new machine gets a license and that its product, with the
// pins as they are now, runs.
func (f *field) sells() {
	f.t.Helper()
	m := f.machine(f.pins("pins.json"))
	m.activate()
	m.runs("a new license", m.held)
	f.old.contact()
	f.old.runs("an old license after a contact", f.good)
}

// rotatePepper is five minutes after a new pepper, with a code from before.
func (f *field) rotatePepper() {
	f.t.Helper()
	f.vars["CODE"] = f.ticket()
	f.licet("key", "pepper", "rotate")
	testClock = func() time.Time { return time.Now().Add(5 * time.Minute) }
	f.t.Cleanup(func() { testClock = nil })
}

// pepperGone shows that a code from before the rotation opens without the pepper
// that it was stored under.
func (f *field) pepperGone() {
	f.t.Helper()
	testClock = nil
	m := f.machine(f.pins("pins.json"))
	m.with(f.vars["CODE"])
	m.runs("the license of an old code", m.held)
	f.sells()
	if code, _, errs := f.try("licet", "key", "pepper", "retire", "1"); code != 4 || !strings.Contains(errs, "sign.not_found") {
		f.t.Errorf("pepper 1 is still there: exit %d, %s", code, errs)
	}
}

// rotated shows that another key issues and that everything goes on.
func (f *field) rotated() {
	f.t.Helper()
	if f.kid(func(k listedKey) bool { return k.Purpose == "issue" && k.State == "active" }) == f.vars["ISSUING"] {
		f.t.Fatal("the same key still issues")
	}
	f.sells()
}

// forgedRefused shows that what the thief makes is refused after one contact,
// and also by a product that reads the lines from a file.
func (f *field) forgedRefused() {
	f.t.Helper()
	before := f.forge()
	f.old.runs("the forged license before a contact", before)
	f.rotated()
	f.old.refuses("the forged license", before)
	f.old.refuses("a license forged later", f.forge())
	f.old.runs("the good license", f.good)
	if lines, err := os.ReadFile("lines.txt"); !errors.Is(err, fs.ErrNotExist) {
		f.must(err)
		offline := f.machine(f.original)
		offline.reads(f.first)
		offline.runs("the forged license before the file", before)
		offline.reads(lines)
		offline.runs("the good license at a product that read the file", f.good)
		offline.refuses("the forged license at a product that read the file", before)
	}
}

// newPins shows that old products go on and learn, and that new ones ship other
// roots.
func (f *field) newPins() {
	f.t.Helper()
	f.sells()
	pins := f.pins("pins-new.json")
	if len(pins.Roots) != 2 || pins.Roots[0] == f.original.Roots[0] && pins.Roots[1] == f.original.Roots[1] {
		f.t.Fatalf("the pins have not changed: %+v", pins.Roots)
	}
	young := f.machine(pins)
	young.activate()
	young.runs("a license at a product with the new pins", young.held)
	late := f.machine(f.original)
	late.activate()
	late.runs("a new license at a product with the old pins", late.held)
}

// rootFell shows besides that the thief's certificates are worth nothing.
func (f *field) rootFell() {
	f.t.Helper()
	f.newPins()
	f.old.trust(f.stolenCert)
	f.old.refuses("a license under the thief's certificate", f.forge())
	f.old.runs("the good license", f.good)
	lines, err := os.ReadFile("lines.txt")
	f.must(err)
	offline := f.machine(f.original)
	offline.reads(lines)
	offline.trust(f.stolenCert)
	offline.runs("the good license at a product that read the file", f.good)
	offline.refuses("a forged license at a product that read the file", f.forge())
}

// serverStolen shows besides that the stolen identity opens nothing new.
func (f *field) serverStolen() {
	f.t.Helper()
	f.forgedRefused()
	id, err := sign.LoadIdentity(filepath.Join(f.data, sign.IdentityFile))
	f.must(err)
	if id.Recipient() == f.recipient {
		f.t.Fatal("the identity is the stolen one")
	}
	f.pins("pins-new.json")
	if code, _, _ := f.try("licet", "key", "import", "keys-new.escrow"); code != 0 {
		f.t.Fatal("the new export does not open")
	}
}

// keyList is the answer of licet key list --json.
type keyList struct {
	Issuer string      `json:"iss"`
	Roots  []listedKey `json:"roots"`
	Keys   []listedKey `json:"keys"`
}

type listedKey struct {
	KID     string `json:"kid"`
	Rank    string `json:"rank"`
	Purpose string `json:"purpose"`
	State   string `json:"state"`
}

func (f *field) list() (all keyList) {
	f.t.Helper()
	f.must(json.Unmarshal([]byte(f.licet("key", "list", "--json")), &all))
	return all
}

func (f *field) kid(fits func(k listedKey) bool) string {
	f.t.Helper()
	all := f.list()
	for _, k := range append(all.Roots, all.Keys...) {
		if fits(k) {
			return k.KID
		}
	}
	f.t.Fatal("no such key in the list")
	return ""
}

// pins reads pins from a file.
func (f *field) pins(name string) wire.Pins {
	f.t.Helper()
	raw, err := os.ReadFile(name)
	f.must(err)
	p, err := wire.ParsePins(bytes.TrimSpace(raw))
	f.must(err)
	return p
}
