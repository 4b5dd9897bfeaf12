package client_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/wire"
)

// typed is a publisher whose pins know its issuing key.
func typed(t *testing.T) *world {
	w := newWorld(t)
	w.pub.Ships = true
	return w
}

// page types on the publisher's page what the machine shows, and a code.
func (w *world) page(c *client.Container, code string) (answer string) {
	w.t.Helper()
	r, err := c.NewTyped()
	w.must(err)
	answer, _, no := w.server.Typed(r.String(), code)
	if no != nil {
		w.t.Fatalf("refused: %s", no.Code)
	}
	return answer
}

func TestTyped(t *testing.T) {
	w := typed(t)
	c := w.open()
	r, err := c.NewTyped()
	w.must(err)
	if len(r.Groups) != 4 || len(strings.ReplaceAll(strings.Join(r.Groups, ""), "-", "")) != 60 || !r.Made.Equal(clienttest.Start) {
		t.Fatalf("%+v", r)
	}
	again, err := w.open().NewTyped()
	w.must(err)
	if again.String() != r.String() || c.Status().Typed.String() != r.String() {
		t.Error("asked again it is another request")
	}
	o := offer(1)
	o.Expires, o.Contact = clienttest.Start.AddDate(1, 0, 0), 30*day
	code := w.server.Sell(o)
	answer := w.page(c, code)
	in, err := w.open().InstallTyped(strings.ToLower(strings.ReplaceAll(answer, "0", "o")))
	w.must(err)
	if !slices.Equal(in.Licenses, []string{clienttest.ID(1)}) || in.Repeat {
		t.Errorf("%+v", in)
	}
	w.must(c.Reload())
	l := only(t, c)
	if l.State != client.Valid || !l.Runs || !l.Typed || !l.Bound || l.Product != "cad" || !l.Has("draw") || l.Has("fly") || l.NextContact.IsZero() {
		t.Errorf("%+v", l)
	}
	if parts, ok := c.Limit("parts"); parts != 500 || !ok || !c.Has("render") || c.Has("fly") {
		t.Error("features and limits")
	}
	if c.Status().Typed.Groups != nil {
		t.Error("the request still waits")
	}
	if in, err := c.InstallTyped(answer); err != nil || !in.Repeat {
		t.Errorf("typed again: %+v, %v", in, err)
	}
	w.clock.Add(2 * 365 * day)
	if c.Has("draw") {
		t.Error("it never ends")
	}
}

// The next contact by another carrier goes on with the same container, and brings
// the whole license.
func TestTypedThenWhole(t *testing.T) {
	w := typed(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	answer := w.page(c, code)
	_, err := c.InstallTyped(answer)
	w.must(err)
	box := c.Status().Container
	w.clock.Add(day)
	_, err = c.NewRequest(client.Ask{File: true})
	w.must(err)
	file, err := c.RequestFile()
	w.must(err)
	lines, err := w.server.Depot(file)
	w.must(err)
	_, err = c.Install(lines)
	w.must(err)
	if l := only(t, c); l.Typed || l.Article != "CAD-PRO" || l.Generation != 1 || !l.Runs || c.Status().Container != box {
		t.Errorf("%+v", l)
	}
	if gen, used := w.server.Live(box, clienttest.ID(1)); gen != 1 || used != 1 || w.server.Suspects() {
		t.Errorf("generation %d, %d used", gen, used)
	}
	if in, err := c.InstallTyped(answer); err != nil || !in.Repeat || only(t, c).Typed {
		t.Errorf("the typed answer once more: %+v, %v", in, err)
	}
}

// What a program does not find by its name it finds by its mark.
func TestTypedMarks(t *testing.T) {
	w := typed(t)
	o := offer(1)
	o.Features = []string{"assembly.export.step", "assembly.import.iges", "assembly.simulation"}
	o.Limits = map[string]int64{"assembly.parts.maximum": 12, "sheets": 3}
	c := w.open()
	_, err := c.InstallTyped(w.page(c, w.server.Sell(o)))
	w.must(err)
	l := only(t, c)
	if !c.Has("assembly.simulation") || !l.Has("assembly.export.step") || l.Has("draw") || len(l.Features) != 0 || l.Unnamed != 5 || !l.Runs {
		t.Errorf("%+v", l)
	}
	if n, ok := c.Limit("assembly.parts.maximum"); n != 12 || !ok {
		t.Errorf("%d, %v", n, ok)
	}
}

// Every mutant of an answer is refused, and where a symbol is wrong or two neighbors
// are swapped the group is named.
func TestTypedMutants(t *testing.T) {
	w := typed(t)
	c := w.open()
	answer := w.page(c, w.server.Sell(offer(1)))
	groups := strings.Split(answer, "\n")
	refuse := func(n int, text string) {
		t.Helper()
		_, err := c.InstallTyped(text)
		if groupOf(err) != n || client.Code(wire.CheckTypedGroup(wire.TypedAnswerCode, n, strings.Split(text, "\n")[n-1])) != client.Code(err) {
			t.Fatalf("group %d: %v", n, err)
		}
	}
	for n, g := range groups {
		with := func(other string) string {
			mutant := slices.Clone(groups)
			mutant[n] = other
			return strings.Join(mutant, "\n")
		}
		for i := range g {
			if g[i] == '-' {
				continue
			}
			for _, r := range "0Z" {
				if byte(r) != g[i] {
					refuse(n+1, with(g[:i]+string(r)+g[i+1:]))
				}
			}
			refuse(n+1, with(g[:i]+"U"+g[i+1:]))
			refuse(n+1, with(g[:i]+g[i+1:]))
			if i+1 < len(g) && g[i+1] != '-' && g[i+1] != g[i] {
				refuse(n+1, with(g[:i]+g[i+1:i+2]+g[i:i+1]+g[i+2:]))
			}
		}
		refuse(n+1, with(groups[(n+1)%len(groups)]))
		if whole := n+1 == len(groups); !whole {
			_, err := c.InstallTyped(strings.Join(groups[:n+1], "\n"))
			wantErr(t, err, client.ErrTypedOther)
		}
		if _, whole, err := wire.TypedGroups(wire.TypedAnswerCode, strings.Join(groups[:n+1], "\n")); err != nil || whole != (n+1 == len(groups)) {
			t.Errorf("whole after %d groups: %v, %v", n+1, whole, err)
		}
	}
	if len(c.Licenses()) != 0 || c.Status().Typed.Groups == nil {
		t.Fatal("something was installed")
	}
	_, err := c.InstallTyped(answer)
	w.must(err)
}

// groupOf is the group that an error names, 0 for none.
func groupOf(err error) int {
	var typo *wire.CodeError
	if !errors.As(err, &typo) {
		return 0
	}
	return typo.Group
}

// Answers of another request, another machine and another publisher are refused.
func TestTypedForeign(t *testing.T) {
	w := typed(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	first := w.page(c, code)
	other := w.open(func(cfg *client.Config) { cfg.Dir = filepath.Join(w.dir, "other") })
	_, err := other.InstallTyped(first)
	wantErr(t, err, client.ErrNotAsked)
	_, err = other.NewTyped()
	w.must(err)
	_, err = other.InstallTyped(first)
	wantErr(t, err, client.ErrTypedOther)

	w.must(c.DiscardTyped())
	w.must(c.DiscardTyped())
	_, err = c.InstallTyped(first)
	wantErr(t, err, client.ErrNotAsked)
	second := w.page(c, code)
	_, err = c.InstallTyped(first)
	wantErr(t, err, client.ErrTypedOther)
	_, err = c.InstallTyped(second)
	w.must(err)
	if w.server.Used(clienttest.ID(1)) != 1 {
		t.Error("a second seat")
	}
}

// An answer by a key that is younger than the program: the key is typed, once.
func TestTypedKey(t *testing.T) {
	w := newWorld(t)
	c := w.open()
	r, err := c.NewTyped()
	w.must(err)
	answer, key, no := w.server.Typed(r.String(), w.server.Sell(offer(1)))
	if no != nil {
		t.Fatal(no)
	}
	_, err = c.InstallTyped(answer)
	wantErr(t, err, client.ErrTypedKey)
	wantErr(t, c.LearnTyped(otherKey(t)), wire.ErrUnknownKey)
	if groupOf(c.LearnTyped(strings.Replace(key, "-", "-U", 1))) != 1 {
		t.Error("a typing error in the key")
	}
	w.must(c.LearnTyped(key))
	w.must(c.LearnTyped(key))
	_, err = w.open().InstallTyped(answer)
	w.must(err)
	if !w.open().Has("draw") {
		t.Error("it does not hold")
	}
}

func otherKey(t *testing.T) string {
	t.Helper()
	key, err := wire.PrintTypedKey(clienttest.New("evil").Cert())
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A container that came from elsewhere neither holds nor asks.
func TestTypedCopied(t *testing.T) {
	w := typed(t)
	c := w.open()
	answer := w.page(c, w.server.Sell(offer(1)))
	beta := func(cfg *client.Config) { cfg.Machine = clienttest.Machine("beta") }
	copied := w.open(beta)
	_, err := copied.NewTyped()
	wantErr(t, err, client.ErrCopied)
	_, err = copied.InstallTyped(answer)
	wantErr(t, err, wire.ErrFingerprint)
	_, err = c.InstallTyped(answer)
	w.must(err)
	if got := only(t, w.open(beta)); got.State != client.OtherMachine || got.Runs {
		t.Errorf("%+v", got)
	}
	_, err = w.open(beta).NewTyped()
	wantErr(t, err, client.ErrCopied)
	_, err = w.open(beta).NewReturn(clienttest.ID(1))
	wantErr(t, err, client.ErrNotHere)
}

// A machine that shows little is held to what it shows, and one that shows nothing has
// nothing to be held to.
func TestTypedFewComponents(t *testing.T) {
	few := func(n int) func() client.Machine {
		return func() client.Machine {
			m := clienttest.Machine("alpha")()
			m.Components = m.Components[:n]
			return m
		}
	}
	for n, want := range []error{wire.ErrFingerprint, nil, nil} {
		w := typed(t)
		c := w.open(func(cfg *client.Config) { cfg.Machine = few(n) })
		_, err := c.InstallTyped(w.page(c, w.server.Sell(offer(1))))
		wantErr(t, err, want)
		if n > 0 && only(t, w.open(func(cfg *client.Config) { cfg.Machine = clienttest.Machine("beta") })).Runs {
			t.Errorf("%d components: it runs elsewhere", n)
		}
	}
}

// Keys in a device, and those from before there were typed codes, cannot ask.
func TestTypedKeysOfItsOwn(t *testing.T) {
	w := typed(t)
	_, err := w.open(func(cfg *client.Config) { cfg.Keys = newChip(wire.ContainerSoft) }).NewTyped()
	wantErr(t, err, client.ErrNotTyped)
	w.write("container.json", client.OldKeys("acme"))
	_, err = w.open().NewTyped()
	wantErr(t, err, client.ErrNotTyped)
	w.activate(w.open(), w.server.Sell(offer(1)))
	if !w.open().Has("draw") {
		t.Error("a container of before does not go on")
	}
}

// After a return, and after the publisher took it back, an old answer is an old
// answer: whether it was typed before, or waited on paper.
func TestTypedAfterRemoval(t *testing.T) {
	w := typed(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	answer := w.page(c, code)
	_, err := c.InstallTyped(answer)
	w.must(err)

	// The request waits, its answer is on paper, and the license goes back meanwhile.
	paper := w.page(c, code)
	_, err = c.NewReturn(clienttest.ID(1))
	w.must(err)
	for _, old := range []string{answer, paper} {
		_, err = c.InstallTyped(old)
		wantErr(t, err, client.ErrOld)
	}
	// Asked while the return has not arrived: the server answers for what it believes
	// to be here still.
	w.must(c.DiscardTyped())
	early := w.page(c, code)
	_, err = c.InstallTyped(early)
	wantErr(t, err, client.ErrOld)
	w.send(c)
	_, err = c.InstallTyped(early)
	wantErr(t, err, client.ErrOld)
	if len(c.Licenses()) != 0 || w.server.Used(clienttest.ID(1)) != 0 {
		t.Fatal("it is back")
	}
	// Asked after it has arrived it is a new generation.
	_, err = c.InstallTyped(w.page(c, code))
	w.must(err)
	if l := only(t, c); l.Generation != 2 || !l.Runs || w.server.Used(clienttest.ID(1)) != 1 {
		t.Errorf("%+v", l)
	}
	// On paper while it went, came back by another carrier, and went once more.
	paper = w.page(c, code)
	for range 2 {
		_, err = c.NewReturn(clienttest.ID(1))
		w.must(err)
		w.send(c)
		if w.server.Used(clienttest.ID(1)) != 0 {
			t.Fatal("it was not given back")
		}
		_, err = c.InstallTyped(paper)
		wantErr(t, err, client.ErrOld)
		w.activate(c, code)
		_, err = c.InstallTyped(paper)
		wantErr(t, err, client.ErrOld)
	}
	// Recalled at a contact by another carrier, with an answer on paper.
	w.must(c.DiscardTyped())
	paper = w.page(c, code)
	w.server.Recall(clienttest.ID(1))
	w.refresh(c)
	_, err = c.InstallTyped(paper)
	wantErr(t, err, client.ErrOld)
	if len(c.Licenses()) != 0 || w.server.Suspects() {
		t.Error("a recalled license is back")
	}
}

// What another carrier has brought after the question is newer than its answer.
func TestTypedIsOlder(t *testing.T) {
	w := typed(t)
	c := w.open()
	code := w.server.Sell(offer(1))
	paper := w.page(c, code)
	_, err := c.NewRequest(client.Ask{})
	w.must(err)
	w.send(c)
	_, err = c.InstallTyped(paper)
	wantErr(t, err, client.ErrOld)
	// Asked after it, it is newer: a term was extended, and nothing else goes in.
	w.clock.Add(time.Hour)
	w.server.Extend(clienttest.ID(1), clienttest.Start.AddDate(2, 0, 0))
	w.must(c.DiscardTyped())
	_, err = c.InstallTyped(w.page(c, code))
	w.must(err)
	if l := only(t, c); !l.Typed || !l.Expires.Equal(clienttest.Start.AddDate(2, 0, 0)) {
		t.Errorf("%+v", l)
	}
	w.refresh(c)
	if l := only(t, c); l.Typed || w.server.Suspects() {
		t.Errorf("%+v", l)
	}
}

// A container that is read from its second copy shows no number again.
func TestTypedSecondCopy(t *testing.T) {
	w := typed(t)
	_, err := w.open().NewTyped()
	w.must(err)
	before := w.read("container.json")
	w.must(w.open().DiscardTyped())
	third, err := w.open().NewTyped()
	w.must(err)
	w.write("container.json", "damaged")
	w.write("container.bak.json", before) // one change behind
	w.must(w.open().DiscardTyped())
	next, err := w.open().NewTyped()
	w.must(err)
	if next.String() == third.String() {
		t.Error("one number for two questions")
	}
}

// The clock of a machine that stood in another year is put right.
func TestTypedTime(t *testing.T) {
	w := typed(t)
	o := offer(1)
	o.Expires = clienttest.Start.AddDate(1, 0, 0)
	code := w.server.Sell(o)
	off := clienttest.NewClock()
	off.Set(clienttest.Start.AddDate(3, 0, 0))
	c := w.open(func(cfg *client.Config) { cfg.Clock = off })
	_, err := c.InstallTyped(w.page(c, code))
	w.must(err)
	if l := only(t, c); l.State != client.Valid || c.Status().ClockOff == 0 {
		t.Errorf("%+v", l)
	}
}
