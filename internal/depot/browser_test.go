package depot_test

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
	"github.com/licet/licet/internal/text"
)

// newBrowser starts Chromium without a window and without asking the network
// for anything.
func newBrowser(t *testing.T) *rod.Browser {
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
	l.Set("host-resolver-rules", "MAP depot.example 127.0.0.1")
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

// look is how a visitor sees the pages.
type look struct {
	lang   text.Lang
	width  int
	dark   bool
	script bool
}

func (l look) String() string {
	s := map[bool]string{false: "light", true: "dark"}[l.dark]
	if !l.script {
		s += "-noscript"
	}
	return fmt.Sprintf("%s-%d-%s", l.lang, l.width, s)
}

// maxVisit is the longest that a visitor may take.
const maxVisit = 3 * time.Minute

// tab opens an empty page for a visitor.
func tab(t *testing.T, b *rod.Browser, l look) *rod.Page {
	t.Helper()
	// On the browser, because some waits of a page go by where it came from.
	p := b.MustIncognito().Timeout(maxVisit).MustPage("")
	p = p.WithPanic(func(v any) { t.Helper(); t.Fatal(v) })
	t.Cleanup(func() { _ = p.Close() })
	p.MustSetViewport(l.width, 900, 1, false)
	must(t, proto.NetworkSetUserAgentOverride{UserAgent: "licet-test", AcceptLanguage: string(l.lang)}.Call(p))
	scheme := map[bool]string{false: "light", true: "dark"}[l.dark]
	must(t, proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}.Call(p))
	must(t, proto.EmulationSetScriptExecutionDisabled{Value: !l.script}.Call(p))
	return p
}

// then does something that leads to another page, and waits for it.
func then(p *rod.Page, do func()) {
	wait := p.WaitNavigation(proto.PageLifecycleEventNameLoad)
	do()
	wait()
}

// open goes to an address.
func open(p *rod.Page, address string) {
	then(p, func() { p.MustNavigate(address) })
}

// press puts the focus on an element and presses Enter: what a mouse does, the
// keyboard must do too. Clicking would need a script in the page.
func press(p *rod.Page, selector string) {
	p.MustElement(selector).MustEval(`() => this.focus()`)
	p.Keyboard.MustType(input.Enter)
}

// send submits a form that stands on no page, from the page that is open.
func send(p *rod.Page, path string, fields ...string) {
	then(p, func() {
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

// artifacts is where screenshots go: a folder for people, or one that the test
// throws away.
func artifacts(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("LICET_ARTIFACTS")
	if dir == "" {
		return t.ArtifactDir()
	}
	dir = filepath.Join(dir, "depot")
	must(t, os.MkdirAll(dir, 0o755))
	return dir
}

// shoot keeps a picture of the whole page, when somebody wants to see it.
func shoot(t *testing.T, p *rod.Page, name string) {
	t.Helper()
	if os.Getenv("LICET_ARTIFACTS") == "" && flag.Lookup("test.artifacts").Value.String() != "true" {
		return
	}
	must(t, os.WriteFile(filepath.Join(artifacts(t), name+".png"), p.MustScreenshotFullPage(), 0o644))
}

// axe is the accessibility checker, installed by npm.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", "axe", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		pagetest.LeftOut(t, "axe-core is not installed: run npm ci in internal/depot/testdata/axe")
	}
	return string(source)
}

// accessible fails for every finding of axe on the page.
func accessible(t *testing.T, p *rod.Page, source, name string) {
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

// narrow fails when the page is wider than its window, or a code is cut off in
// its field: people compare it to its last character.
func narrow(t *testing.T, p *rod.Page, name string) {
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
