package proof_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// entry is one acknowledged answer.
type entry struct {
	// of a message
	Token  string `json:"token,omitempty"`
	Status int    `json:"status,omitempty"`
	Body   []byte `json:"body,omitempty"`
	// of an order
	Order   *document         `json:"order,omitempty"`
	Retry   string            `json:"retry,omitempty"`
	Tickets map[string]string `json:"tickets,omitempty"` // id → code
}

// ledger is what callers were told, in a file outside the server. An entry is
// written before its caller goes on.
type ledger struct {
	mu   sync.Mutex
	file *os.File
	all  []entry
}

func newLedger(t testing.TB) *ledger {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "ledger.jsonl"), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	must(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return &ledger{file: f}
}

func (l *ledger) add(e entry) error {
	raw, err := json.Marshal(e)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, e)
	_, err = l.file.Write(append(raw, '\n'))
	return err
}

func (l *ledger) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// since returns the entries from position at on, and some of those before it.
func (l *ledger) since(at, some int) []entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.all[at:len(l.all):len(l.all)]
	for range min(some, at) {
		out = append(out, l.all[rand.IntN(at)])
	}
	return out
}

// read returns the entries as they stand in the file.
func (l *ledger) read() ([]entry, error) {
	raw, err := os.ReadFile(l.file.Name())
	if err != nil {
		return nil, err
	}
	var out []entry
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, lines.Err()
}

// newest finds for each order number the entry that was acknowledged last.
func (l *ledger) newest() map[string]entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]entry{}
	for _, e := range l.all {
		if e.Order != nil {
			out[e.Order.Number] = e
		}
	}
	return out
}

// audit asks a server about entries: every message gets the very bytes that it
// got before, every order is what was acknowledged last, and sending it once
// more changes nothing. Nobody else may be at work.
func (l *ledger) audit(n *node, entries []entry) error {
	newest := l.newest()
	asked := map[string]bool{}
	for _, e := range entries {
		switch {
		case e.Token != "":
			a, err := n.exchange(message{token: e.Token})
			if err != nil {
				return err
			}
			if a.status != e.Status || !bytes.Equal(a.body, e.Body) {
				return fmt.Errorf("an acknowledged message is answered with %v, before with %d %.300s", a, e.Status, e.Body)
			}
		case !asked[e.Order.Number]:
			asked[e.Order.Number] = true
			if err := n.stands(newest[e.Order.Number]); err != nil {
				return err
			}
		}
	}
	return nil
}

// stands checks one acknowledged order, by reading it and by sending it again
// with the key it had, and without one.
func (n *node) stands(e entry) error {
	v, ok, err := n.byNumber(e.Order.Number)
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("order %s was acknowledged and is lost", e.Order.Number)
	}
	if err := v.fits(*e.Order); err != nil {
		return err
	}
	for _, retry := range []string{e.Retry, ""} {
		again, a, err := n.order(*e.Order, retry)
		if err != nil || !a.ok() {
			return fmt.Errorf("order %s, sent again: %v, %v", e.Order.Number, a, err)
		}
		if !maps.Equal(again.tickets(), e.Tickets) {
			return fmt.Errorf("order %s, sent again, has the tickets %v, before %v", e.Order.Number, again.tickets(), e.Tickets)
		}
		if retry == "" && again.Outcome == "applied" { // with its key it has the answer that it had
			return fmt.Errorf("order %s, sent again, was applied again", e.Order.Number)
		}
	}
	return nil
}
