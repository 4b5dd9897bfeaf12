package wizard

import (
	"crypto/rand"
	"sync"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
)

// kind is what a step does.
type kind string

const (
	toActivate kind = "activate"
	toRestore  kind = "restore"
	toFree     kind = "free"
	toReturn   kind = "return"
	toMove     kind = "move"
	toRefresh  kind = "refresh"
	toSend     kind = "send"    // what waits
	toFile     kind = "file"    // show what waits as a file and as pictures
	toForget   kind = "forget"  // requests that wait
	toAside    kind = "aside"   // begin anew
	toInstall  kind = "install" // an answer
	toType     kind = "type"    // an answer that is typed
	toUntype   kind = "untype"  // give the typed request up
	toKeep     kind = "keep"    // a borrowed license longer
	toLease    kind = "lease"   // hold a place of a floating license
	toLeave    kind = "leave"   // give it back
	toChoose   kind = "choose"  // update notices and usage reports
)

// step is one thing that somebody is about to do. It is carried out once,
// however often it is asked for.
type step struct {
	id   string
	kind kind

	code    string         // as it was typed
	license client.License // that is returned
	held    *online.Held   // what the code holds; nil = not known
	unseen  error          // why it is not
	device  string         // that is to be freed
	of      string         // the license of the code that the device holds
	problem error          // of what was typed
	typing  typing         // group by group

	mu      sync.Mutex
	running chan struct{} // closed when what is under way has ended; nil = nothing is
	ran     bool
	out     outcome
}

// outcome is what a step has done.
type outcome struct {
	err       error
	installed *client.Installed
	held      *online.Held
	file      []byte   // the request file
	names     []string // of what was set aside
	gone      string   // license that is not here any more
	seat      *seat    // that was taken
	left      string   // key of what is to be said
}

// maxSteps is how many steps are remembered; the oldest are forgotten.
const maxSteps = 64

// add remembers a step, under a new name unless it has one.
func (w *Wizard) add(s *step) *step {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.id == "" {
		s.id = rand.Text()
	}
	if w.steps = append(w.steps, s); len(w.steps) > maxSteps {
		w.steps = w.steps[1:]
	}
	return s
}

// step is the one of a name, nil if there is none any more.
func (w *Wizard) step(id string) *step {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.steps {
		if s.id == id {
			return s
		}
	}
	return nil
}

// direct is the step of a form that needs no page before it: the form names it,
// so that a second click finds the first one's.
func (w *Wizard) direct(k kind, id string) *step {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.steps {
		if s.id == id && s.kind == k {
			return s
		}
	}
	s := &step{id: rand.Text(), kind: k}
	if len(id) == len(s.id) {
		s.id = id
	}
	if w.steps = append(w.steps, s); len(w.steps) > maxSteps {
		w.steps = w.steps[1:]
	}
	return s
}

// run carries a step out. Whoever comes while it is under way waits for it; what
// has failed may be tried again.
func (s *step) run(do func() outcome) {
	s.mu.Lock()
	if running := s.running; running != nil {
		s.mu.Unlock()
		<-running
		return
	}
	if s.ran && s.out.err == nil {
		s.mu.Unlock()
		return
	}
	running := make(chan struct{})
	s.running = running
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.running = nil
		s.mu.Unlock()
		close(running)
	}()
	out := do()
	s.mu.Lock()
	s.out, s.ran = out, true
	s.mu.Unlock()
}

// outcome is what the step has done, after what is under way; false if it was
// not carried out.
func (s *step) outcome() (outcome, bool) {
	s.mu.Lock()
	running := s.running
	s.mu.Unlock()
	if running != nil {
		<-running
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out, s.ran
}
