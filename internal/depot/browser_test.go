package depot_test

import (
	"testing"

	"github.com/go-rod/rod"

	"github.com/licet/licet/internal/browsertest"
	"github.com/licet/licet/internal/text"
)

// newBrowser starts Chromium; depot.example is this machine.
func newBrowser(t *testing.T) *rod.Browser { return browsertest.New(t, "depot.example") }

// look is how a visitor sees the pages.
type look struct {
	lang   text.Lang
	width  int
	dark   bool
	script bool
}

func (l look) String() string { return l.seen().String() }

func (l look) seen() browsertest.Look {
	return browsertest.Look{Lang: string(l.lang), Width: l.width, Dark: l.dark, Script: l.script}
}

// What visitors do.
var (
	then       = browsertest.Then
	open       = browsertest.Open
	press      = browsertest.Press
	send       = browsertest.Send
	says       = browsertest.Says
	downloaded = browsertest.Downloaded
	axe        = browsertest.Axe
	accessible = browsertest.Accessible
	narrow     = browsertest.Narrow
)

func tab(t *testing.T, b *rod.Browser, l look) *rod.Page {
	t.Helper()
	return browsertest.Tab(t, b, l.seen())
}

func artifacts(t *testing.T) string {
	t.Helper()
	return browsertest.Artifacts(t, "depot")
}

// shoot keeps a picture of the whole page, when somebody wants to see it.
func shoot(t *testing.T, p *rod.Page, name string) {
	t.Helper()
	browsertest.Shoot(t, p, "depot", name)
}
