// Package browsertest looks at pages with Chromium, for the tests of the depot
// and of the wizard: a visitor with a language, a width and a color scheme, with
// scripts or without, who uses the keyboard; the accessibility checker axe; and
// pictures for people. Only tests import it.
package browsertest

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"

	"github.com/licet/licet/internal/pagetest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// New starts Chromium without a window and without asking the network for
// anything. Names that hosts maps (such as "depot.example") lead to this machine.
func New(t *testing.T, hosts ...string) *rod.Browser {
	t.Helper()
	bin, err := exec.LookPath("chromium")
	if err != nil {
		if bin, err = exec.LookPath("google-chrome"); err != nil {
			pagetest.LeftOut(t, "there is no Chromium")
		}
	}
	l := launcher.New().Bin(bin).Headless(true).NoSandbox(true).Leakless(false).
		UserDataDir(filepath.Join(t.TempDir(), "profile"))
	for _, name := range []string{
		"disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync", "no-first-run", "disable-quic",
		"disable-dev-shm-usage",
	} {
		l.Set(flags.Flag(name))
	}
	var rules []string
	for _, h := range hosts {
		rules = append(rules, "MAP "+h+" 127.0.0.1")
	}
	l.Set("host-resolver-rules", strings.Join(rules, ", "))
	at, err := l.Launch()
	if err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	b := rod.New().ControlURL(at).WithPanic(func(v any) { t.Helper(); t.Fatal(v) })
	must(t, b.Connect())
	t.Cleanup(func() {
		_ = b.Timeout(10 * time.Second).Close()
		l.Kill()
		l.Cleanup()
	})
	return b
}

// Look is how a visitor sees the pages.
type Look struct {
	Lang   string // "de", "en"
	Width  int    // of the window, in points
	Dark   bool
	Script bool // scripts run
}

// String names the look, for pictures and subtests.
func (l Look) String() string {
	s := map[bool]string{false: "light", true: "dark"}[l.Dark]
	if !l.Script {
		s += "-noscript"
	}
	return fmt.Sprintf("%s-%d-%s", l.Lang, l.Width, s)
}

// maxVisit is the longest that a visitor may take.
const maxVisit = 3 * time.Minute

// Tab opens an empty page for a visitor who has never been there.
func Tab(t *testing.T, b *rod.Browser, l Look) *rod.Page {
	t.Helper()
	// On the browser, because some waits of a page go by where it came from.
	p := b.MustIncognito().Timeout(maxVisit).MustPage("")
	p = p.WithPanic(func(v any) { t.Helper(); t.Fatal(v) })
	t.Cleanup(func() { _ = p.Close() })
	p.MustSetViewport(l.Width, 900, 1, false)
	must(t, proto.NetworkSetUserAgentOverride{UserAgent: "licet-test", AcceptLanguage: l.Lang}.Call(p))
	scheme := map[bool]string{false: "light", true: "dark"}[l.Dark]
	must(t, proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}.Call(p))
	must(t, proto.EmulationSetScriptExecutionDisabled{Value: !l.Script}.Call(p))
	return p
}

// Then does something that leads to another page, and waits for it.
func Then(p *rod.Page, do func()) {
	wait := p.WaitNavigation(proto.PageLifecycleEventNameLoad)
	do()
	wait()
}

// Open goes to an address.
func Open(p *rod.Page, address string) {
	Then(p, func() { p.MustNavigate(address) })
}

// Press puts the focus on an element and presses Enter: what a mouse does, the
// keyboard must do too. Clicking would need a script in the page.
func Press(p *rod.Page, selector string) {
	p.MustElement(selector).MustEval(`() => this.focus()`)
	p.Keyboard.MustType(input.Enter)
}

// Send submits a form that stands on no page, from the page that is open.
func Send(p *rod.Page, path string, fields ...string) {
	Then(p, func() {
		p.MustEval(`(path, fields) => {
			const f = document.createElement("form");
			f.method = "post"; f.action = path;
			for (let i = 0; i < fields.length; i += 2) {
				const x = document.createElement("input");
				x.type = "hidden"; x.name = fields[i]; x.value = fields[i + 1];
				f.append(x);
			}
			document.body.append(f);
			f.submit();
		}`, path, fields)
	})
}

// Await waits for an element on a page that goes to another by itself.
func Await(t *testing.T, p *rod.Page, selector string) {
	t.Helper()
	for {
		_, err := p.Element(selector)
		if err == nil {
			return
		}
		if p.GetContext().Err() != nil {
			t.Fatalf("there is no %s: %v", selector, err)
		}
	}
}

// Says waits until an element says something, a regular expression.
func Says(t *testing.T, p *rod.Page, selector, want string) {
	t.Helper()
	if _, err := p.ElementR(selector, want); err != nil {
		t.Fatalf("%s does not say %q: %v\n%s", selector, want, err, p.MustElement("main").MustText())
	}
}

// Downloaded returns the file that a page gives when something is done on it.
func Downloaded(t *testing.T, p *rod.Page, do func()) []byte {
	t.Helper()
	dir := t.TempDir()
	b := p.Browser().Timeout(time.Minute)
	must(t, proto.BrowserSetDownloadBehavior{
		Behavior: proto.BrowserSetDownloadBehaviorBehaviorAllowAndName, BrowserContextID: b.BrowserContextID, DownloadPath: dir, EventsEnabled: true,
	}.Call(b))
	name := ""
	wait := b.EachEvent(func(e *proto.BrowserDownloadProgress) bool {
		name = e.GUID
		return e.State == proto.BrowserDownloadProgressStateCompleted
	})
	do()
	wait()
	file, err := os.ReadFile(filepath.Join(dir, name))
	must(t, err)
	return file
}

// Pictures reports whether somebody wants to see what the pages look like.
func Pictures() bool {
	return os.Getenv("LICET_ARTIFACTS") != "" || flag.Lookup("test.artifacts").Value.String() == "true"
}

// Artifacts is where what people want to see goes: the folder that LICET_ARTIFACTS
// names, below what is looked at, or one that the test throws away.
func Artifacts(t *testing.T, of string) string {
	t.Helper()
	dir := os.Getenv("LICET_ARTIFACTS")
	if dir == "" {
		return t.ArtifactDir()
	}
	dir = filepath.Join(dir, of)
	must(t, os.MkdirAll(dir, 0o755))
	return dir
}

// Shoot keeps a picture of the whole page, when somebody wants to see it.
func Shoot(t *testing.T, p *rod.Page, of, name string) {
	t.Helper()
	if Pictures() {
		must(t, os.WriteFile(filepath.Join(Artifacts(t, of), name+".png"), p.MustScreenshotFullPage(), 0o644))
	}
}

// Axe is the accessibility checker, installed by npm.
func Axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(pagetest.Root(), "internal", "depot", "testdata", "axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		pagetest.LeftOut(t, "axe-core is not installed: run npm ci in internal/depot/testdata/axe")
	}
	return string(source)
}

// Accessible fails for every finding of axe on the page.
func Accessible(t *testing.T, p *rod.Page, source, name string) {
	t.Helper()
	p.MustEval("() => {" + source + "\n}") // the debugger's code needs no leave of the page's policy
	raw := p.MustEval(`async () => JSON.stringify((await axe.run(document, {resultTypes: ["violations"]})).violations.map(
		(v) => ({id: v.id, help: v.help, nodes: v.nodes.map((n) => n.html.slice(0, 200) + " " + n.failureSummary)})))`).Str()
	var found []struct {
		ID, Help string
		Nodes    []string
	}
	must(t, json.Unmarshal([]byte(raw), &found))
	for _, f := range found {
		t.Errorf("%s: axe: %s (%s): %s", name, f.ID, f.Help, strings.Join(f.Nodes, " | "))
	}
}

// Narrow fails when the page is wider than its window, or a code is cut off in
// its field: people compare it to its last character.
func Narrow(t *testing.T, p *rod.Page, name string) {
	t.Helper()
	if over := p.MustEval(`() => document.documentElement.scrollWidth - document.documentElement.clientWidth`).Int(); over > 0 {
		t.Errorf("%s: the page is %d px wider than its window", name, over)
	}
	const ticket = len("XXXXX-XXXXX-XXXXX-XXXXX-XXXXX") // a key with its letters may scroll
	if cut := p.MustEval(`(most) => [...document.querySelectorAll("input.code")]
		.filter((f) => f.value.length <= most && f.scrollWidth > f.clientWidth).map((f) => f.value).join(" ")`, ticket).Str(); cut != "" {
		t.Errorf("%s: the code %s is cut off in its field", name, cut)
	}
}
