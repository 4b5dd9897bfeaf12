package depot

import (
	"embed"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/internal/web"
	"github.com/licet/licet/wire"
)

// bodies are what each view can be shown with; the test of them finds texts and
// fields that are missing in branches no other test takes.
func bodies(lang text.Lang) map[string][]any {
	at := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	h := hints{"a", "p", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "https://example.com/wizard", "https://depot.example"}
	var licenses []license.LookLicense
	for _, kind := range []catalog.Kind{
		catalog.SingleUse, catalog.TimeLimited, catalog.Multi, catalog.Floating, catalog.Trial, catalog.Academic, catalog.Reusable,
		catalog.NFR, catalog.Usage, catalog.Maintenance, catalog.Capacity,
	} {
		l := license.LookLicense{
			LicenseInfo: license.LicenseInfo{Kind: kind, Name: catalog.Names{DE: "Ä", EN: "A"}, Quantity: 1, Limit: 2, LastDay: day.Of(2027, 1, 1)},
			Restores:    2, RestoreLeft: 1, NextRestore: at, Granted: 1, More: true,
		}
		for state := range deviceStates {
			l.Devices = append(l.Devices, license.LookDevice{State: state, Quantity: 2, Since: at, Seen: at, OS: "plan9", App: "1", Virtual: true})
		}
		l.Devices = append(l.Devices, license.LookDevice{State: "later"})
		licenses = append(licenses, l)
	}
	for code := range refusedStates {
		licenses = append(licenses, license.LookLicense{LicenseInfo: license.LicenseInfo{Kind: catalog.Multi, Refusal: code}})
	}
	licenses = append(licenses, license.LookLicense{LicenseInfo: license.LicenseInfo{Kind: catalog.Multi, Refusal: "license.later"}})
	d := &Depot{}
	full := d.describe(lang, "", license.Look{
		Holdings: licenses, Refusal: license.ErrNoSeat.Code, Why: license.ErrNoSeat.With("limit", 1, "used", 1, "free", 0, "value", 1),
	})
	open := d.describe(lang, "", license.Look{Holdings: licenses})
	full.hints, open.hints, open.Key = h, h, true
	refusal := web.NewRefusal(lang, license.ErrTooManyTries.After(time.Minute), "r")
	var commands []wire.Command
	for _, do := range []string{wire.CmdRecall, wire.CmdReplace, wire.CmdAck, wire.CmdBlock, wire.CmdTime, "later"} {
		commands = append(commands, wire.Command{Do: do})
	}
	some := []given{{"A-1", 1, at}, {"A-2", 2, time.Time{}}}
	return map[string][]any{
		"start": {start{hints: h}, start{Typed: "x", Problem: &notice{"t", "c"}, Trials: true}},
		"trial": {
			trialView{Offers: []trialOffer{{"A", "n", "30 d", true}, {"B", "m", "", false}}, Keep: 1, hints: h},
			trialView{Email: "e", Problem: &notice{"t", "c"}, Keep: 730},
		},
		"trialasked": {h},
		"confirm":    {confirmView{hints: h}, confirmView{Typed: "x", Problem: &notice{"t", "c"}}},
		"taken":      {takenView{Name: "n", Lasts: "30 d", Ticket: "T", hints: h}, takenView{Ticket: "T", Again: true}, takenView{Again: true}},
		"ticket":     {full, open, ticketView{}},
		"pair": {
			pairView{State: license.PairingOpen, Pairing: "3TS1D-NF16F", Minutes: 1, Licenses: []string{"A"}, Refusal: &notice{"t", "c"}, hints: h},
			pairView{State: license.PairingOpen, Minutes: 9},
			pairView{State: license.PairingUsed, Devices: []pairedDevice{{"A", full.Licenses[2].Devices[0]}}, hints: h},
			pairView{State: license.PairingUsed},
			pairView{State: license.PairingExpired},
		},
		"device": {
			deviceView{Device: newDevice(licenses[0], licenses[0].Devices[0]), License: full.Licenses[2], hints: h},
			deviceView{Refusal: &notice{"t", "c"}, Device: device{State: state{"depot.device.confirmed", ""}}, License: full.Licenses[0]},
		},
		"freed":  {freedView{License: full.Licenses[0], hints: h}},
		"upload": {uploadView{hints: h}, uploadView{&notice{"t", "c"}, uploadForm{"t", []string{"LQ1:A"}}, h}},
		"codes":  {codesView{Codes: []drawnCode{{1, 2, "<svg></svg>"}, {2, 2, ""}}, Count: 2, hints: h}, codesView{Small: true, Count: 1}},
		"typed": {
			(&Depot{}).typedView(&typing{}),
			typedView{Typo: &notice{"t", "c"}, Groups: []typedGroup{{1, "v", "t"}, {2, "", ""}}, First: "group1", hints: h},
			typedView{Choices: []typedChoice{{full.Licenses[0], true}, {full.Licenses[1], false}}, Choose: true, Refusal: &refusal},
			typedView{Choices: []typedChoice{{full.Licenses[0], true}, {full.Licenses[1], false}}},
		},
		"typedanswer": {
			typedAnswerView{Name: "A", LastDay: day.Of(2027, 1, 1), Groups: []string{"g", "h"}, Count: 2, Key: []string{"k"}, hints: h},
			typedAnswerView{Groups: []string{"g"}, Count: 1},
		},
		"answer": {
			answerView{Update: "u", Message: "m", Refusal: &refusal, hints: h, Outcomes: []outcome{
				{wire.TypeRequest, wire.ActActivate, some, commands},
				{wire.TypeRequest, wire.ActRefresh, some, nil},
				{wire.TypeRequest, wire.ActRestore, some, nil},
				{wire.TypeRequest, wire.ActActivate, nil, nil},
				{wire.TypeReturn, "", nil, commands},
				{wire.TypeReceipt, "", nil, nil},
			}},
			answerView{},
		},
		"help": {h, hints{}},
	}
}

// Every view is executed with its struct in both languages, and carries nothing
// that the policy forbids.
func TestViews(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(viewFiles, "views/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range text.Langs() {
		all := bodies(lang)
		for _, file := range files {
			name := strings.TrimSuffix(filepath.Base(file), ".html")
			if !strings.HasPrefix(name, "_") && len(all[name]) == 0 {
				t.Errorf("view %s is executed with nothing", name)
			}
		}
		for view, list := range all {
			for _, body := range list {
				page := render(t, d, lang, view, body)
				for _, bad := range []string{" style=", " onclick=", "<style", "javascript:", "{", "ZgotmplZ", "<no value>"} {
					if strings.Contains(placeholders.ReplaceAllString(page, ""), bad) {
						t.Errorf("%s in %s holds %q", view, lang, bad)
					}
				}
				if n := strings.Count(page, "<script"); n != strings.Count(page, `<script type="module" src="/assets/`) || n != 1 {
					t.Errorf("%s in %s has %d scripts", view, lang, n)
				}
				if strings.Count(page, "<h1") != 1 {
					t.Errorf("%s in %s has %d main headings", view, lang, strings.Count(page, "<h1"))
				}
			}
		}
	}
}

// placeholders stand in the sentences that the script fills.
var placeholders = regexp.MustCompile(`data-(length|foreign|check|good)="[^"]*"`)

func render(t *testing.T, d *Depot, lang text.Lang, view string, body any) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/?lang="+string(lang), nil)
	w := httptest.NewRecorder()
	if err := d.show(w, r, http.StatusOK, view, "depot.start.title", body); err != nil {
		t.Fatalf("%s in %s: %v", view, lang, err)
	}
	return w.Body.String()
}

//go:embed *.go
var sources embed.FS

// Every text of the depot is used, and no page asks for one that is not there.
func TestTexts(t *testing.T) {
	var all strings.Builder
	for _, f := range []fs.FS{viewFiles, sources} {
		err := fs.WalkDir(f, ".", func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := fs.ReadFile(f, path)
			all.Write(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	used := regexp.MustCompile(`"(depot\.[a-z_.]+)"`).FindAllStringSubmatch(all.String(), -1)
	var keys []string
	for _, m := range used {
		keys = append(keys, m[1])
		if !text.Has(m[1]) && !text.Has("fault."+m[1]) && m[1] != "depot.kind." && m[1] != "depot.js" {
			t.Errorf("there is no text %s", m[1])
		}
	}
	for _, key := range text.Keys() {
		if strings.HasPrefix(key, "depot.") && !strings.HasPrefix(key, "depot.kind.") && !slices.Contains(keys, key) {
			t.Errorf("nobody shows %s", key)
		}
	}
}

// A typing error has a sentence of its own for each kind that a field can get.
func TestTypo(t *testing.T) {
	for _, lang := range text.Langs() {
		seen := map[string]bool{}
		for _, typed := range []string{"", "A", "Ä", strings.Repeat("U", 25), strings.Repeat("A", 25)} {
			n := typo(lang, typed)
			if n == nil || strings.Contains(n.Text, "{") || n.Code != license.ErrCode.Code {
				t.Fatalf("%q: %+v", typed, n)
			}
			seen[n.Text] = true
		}
		if len(seen) != 5 {
			t.Errorf("%s: %d sentences", lang, len(seen))
		}
	}
}

// The commands on the pages are the wizard's: its verbs and flags.
func TestCommands(t *testing.T) {
	verbs, err := os.ReadFile("../../cmd/licet-activate/verbs.go")
	if err != nil {
		t.Fatal(err)
	}
	h := (&Depot{}).hints()
	for _, command := range []command{h.Activate, h.Pair, h.Request, h.Install, h.Return, h.Move, h.MoveFile, h.Restore, h.RequestQR, h.InstallQR, h.Typed} {
		words := command.Words()
		if words[0] != "licet-activate" || !strings.Contains(string(verbs), `{"`+words[1]+`", `) {
			t.Errorf("the wizard does not know %q", command)
		}
		for _, word := range words[2:] {
			if name, ok := strings.CutPrefix(word, "--"); ok && !strings.Contains(string(verbs), `Option("`+name+`", `) {
				t.Errorf("the wizard has no flag of %q", command)
			}
		}
	}
}

func TestLastDay(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		end := day.Of(2027, 3, 1).Start(loc) // exclusive
		if y, m, d := lastDay(end.Unix()).Date(); y != 2027 || m != 2 || d != 28 {
			t.Errorf("%s: %d-%d-%d", zone, y, m, d)
		}
	}
	if !lastDay(0).IsZero() {
		t.Error("no end has a day")
	}
}

func FuzzReadMessages(f *testing.F) {
	key, err := wire.Ed25519Key(make([]byte, 32))
	if err != nil {
		f.Fatal(err)
	}
	token, err := wire.SignClaims(key, &wire.Receipt{
		Issuer: "x", Container: wire.ContainerKeys{Kind: wire.ContainerSoft, Sign: key.Public().String()}.Hash(),
		Nonce: wire.Nonce([16]byte{1}), Counter: 1, IssuedAt: 1,
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(token))
	f.Add([]byte("> " + token[:80] + "\r\n> " + token[80:]))
	f.Add([]byte(token + "\n" + token))
	f.Add([]byte("v4.public.\nv4.public.AAAA"))
	f.Fuzz(func(t *testing.T, b []byte) {
		lines, err := readMessages(b)
		if err == nil && (len(lines) == 0 || len(lines) > maxMessages) {
			t.Fatalf("%d messages", len(lines))
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatal(err)
		}
		for _, l := range lines {
			_ = newOutcome(l, []string{l.Token})
		}
	})
}
