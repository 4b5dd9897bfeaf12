package proof_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// post sends a JSON object, as one that has its effect once however often it is
// sent.
func (n *node) post(path string, in any) (answer, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return answer{}, err
	}
	return n.send(call{method: http.MethodPost, path: path, body: raw, kind: "application/json", retry: newNonce()})
}

// try gives the server a command and reports whether it has obeyed; it may be
// down, or die of it.
func (n *node) try(command string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.api == "" {
		return false
	}
	_, err := fmt.Fprintln(n.in, command)
	return err == nil && n.out.Scan()
}

// advance moves the clock of the world and of a node on it, which may be dying:
// once it obeys, it lives.
func (w *world) advance(n *node, by time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !n.try("arm - 0") {
		if _, err := n.address(ctx); err != nil {
			return err
		}
	}
	n.tell(fmt.Sprint("clock ", w.clock.by.Add(int64(by))))
	return nil
}

// sweep has a node do what its schedule would have it do by now.
func (n *node) sweep() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for !n.try("sweep") {
		if _, err := n.address(ctx); err != nil {
			return err
		}
	}
	return nil
}

// keeper starts a node again whenever it has died.
type keeper struct {
	n      *node
	deaths atomic.Int64
	quit   chan struct{}
	done   chan struct{}
	once   sync.Once
}

func (n *node) keep() *keeper {
	k := &keeper{n: n, quit: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(k.done)
		for k.revive() {
		}
	}()
	n.t.Cleanup(k.stop)
	return k
}

// revive waits for one death; false means that the keeper is no longer wanted.
func (k *keeper) revive() bool {
	k.n.mu.Lock()
	ended := k.n.ended
	k.n.mu.Unlock()
	select {
	case <-k.quit:
		return false
	case <-ended:
		k.deaths.Add(1)
		k.n.fallen()
		k.n.start()
		return true
	}
}

// kill ends the process; the keeper finds out.
func (k *keeper) kill() {
	k.n.mu.Lock()
	defer k.n.mu.Unlock()
	if k.n.cmd != nil {
		_ = k.n.cmd.Process.Kill()
	}
}

// stop ends the keeper; the node stays as it is.
func (k *keeper) stop() {
	k.once.Do(func() { close(k.quit) })
	<-k.done
}

// copyOfBox is what of a device comes back when it is set back.
type copyOfBox struct {
	ctr  int64
	last string
	held map[string]copyOf
}

func (d *device) backUp() {
	c := &copyOfBox{ctr: d.ctr, last: d.last, held: map[string]copyOf{}}
	for id, one := range d.held {
		c.held[id] = *one
	}
	d.copy = c
}

// setBack makes the device what it was. A counter may be kept elsewhere, in a
// chip: then nothing that the device says shows that its copies are older than
// they were, until each is delivered anew. What a receipt speaks of is where the
// licenses are.
func (d *device) setBack(counter bool) {
	d.old, d.back = map[string]bool{}, map[string]bool{}
	for id := range d.copy.held {
		d.back[id] = true
	}
	if counter {
		d.ctr = d.copy.ctr
	} else {
		for id := range d.copy.held {
			d.old[id] = true
		}
	}
	d.last = d.copy.last
	clear(d.held)
	for id, one := range maps.All(d.copy.held) {
		d.held[id] = &one
	}
}
