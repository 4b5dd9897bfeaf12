package pkcs11

import (
	"context"
	"crypto/sha256"
	"io"
	"os/exec"
	"sync"

	"github.com/licet/licet/client/pkcs11/line"
)

// Device is one helper and the device that it is logged in to. It is safe for
// concurrent use; calls are carried out one after the other.
type Device struct {
	cfg   Config
	guard *guard
	turn  chan struct{} // holds one when nobody uses the helper
	run   *process      // nil = not running
	last  int64
}

// New makes a Device. Nothing is started before the first call.
func New(cfg Config) *Device { return newDevice(cfg, &guard{}) }

func newDevice(cfg Config, g *guard) *Device {
	d := &Device{cfg: cfg, guard: g, turn: make(chan struct{}, 1)}
	d.turn <- struct{}{}
	return d
}

// guard keeps a PIN that was refused from being tried again, by any helper of a
// Pool.
type guard struct {
	mu      sync.Mutex
	refused *[sha256.Size]byte
	fault   *Fault
}

// process is a helper that runs.
type process struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers chan line.Answer // closed when the helper has ended
	inside  bool             // logged in
}

// Call has a call carried out, after a login where it needs one. It waits for
// its turn as long as ctx allows; once it has begun it takes the Config's
// Timeout at most, whatever happens to ctx: to stop a device in the middle means
// to kill the helper. An error is a *Fault or that of ctx.
func (d *Device) Call(ctx context.Context, c line.Call) (line.Answer, error) {
	select {
	case <-d.turn:
	case <-ctx.Done():
		return line.Answer{}, ctx.Err()
	}
	defer func() { d.turn <- struct{}{} }()
	a, err := d.call(c)
	if CodeOf(err) == Died && repeatable(c.Do) {
		a, err = d.call(c)
	}
	switch CodeOf(err) {
	case line.Removed, line.NoSlot, line.Failed, line.LockedPIN, line.NoLogin:
		d.stop() // a fresh start looks for devices anew
	}
	return a, err
}

// repeatable reports whether a call may be carried out twice: when the helper
// dies, nobody knows how far it came.
func repeatable(v line.Verb) bool {
	switch v {
	case line.Make, line.Drop, line.Write:
		return false
	}
	return true
}

func (d *Device) call(c line.Call) (line.Answer, error) {
	if d.run != nil && d.run.ended() {
		d.stop()
	}
	if d.run == nil {
		if err := d.start(); err != nil {
			return line.Answer{}, err
		}
	}
	if c.Do != line.Slots && !d.run.inside {
		if err := d.login(); err != nil {
			return line.Answer{}, err
		}
	}
	return d.ask(c)
}

// ended reports whether the helper has ended between two calls.
func (p *process) ended() bool {
	select {
	case _, open := <-p.answers:
		return !open
	default:
		return false
	}
}

// start starts the helper and reads its greeting.
func (d *Device) start() error {
	cmd, err := d.cfg.command()
	if err != nil {
		return err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return &Fault{Code: NoHelper, Why: err.Error()}
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return &Fault{Code: NoHelper, Why: err.Error()}
	}
	if err := cmd.Start(); err != nil {
		return &Fault{Code: NoHelper, Why: err.Error()}
	}
	p := &process{cmd: cmd, in: in, answers: make(chan line.Answer)}
	d.run = p
	go p.read(out)
	hello, err := d.answer()
	switch {
	case err != nil:
		return err
	case hello.Code != "":
		d.stop()
		return &Fault{Code: hello.Code, Why: hello.Why}
	case hello.Version != line.Version:
		d.stop()
		return &Fault{Code: NoHelper, Why: "licet-pkcs11 is of another version"}
	}
	return nil
}

// read passes answers on until the helper ends, and collects it then.
func (p *process) read(out io.Reader) {
	defer close(p.answers)
	r := line.NewReader(out)
	for {
		var a line.Answer
		if r.Next(&a) != nil {
			_ = p.cmd.Process.Kill() // it has ended, or talks nonsense
			_ = p.cmd.Wait()
			return
		}
		p.answers <- a
	}
}

// stop ends the helper, at once.
func (d *Device) stop() {
	if d.run == nil {
		return
	}
	_ = d.run.cmd.Process.Kill()
	_ = d.run.in.Close()
	go func(p *process) {
		for range p.answers { // so that its reader ends
			continue
		}
	}(d.run)
	d.run = nil
}

// Close ends the helper. The next call starts another.
func (d *Device) Close() {
	<-d.turn
	d.stop()
	d.turn <- struct{}{}
}

// ask sends a call and returns its answer.
func (d *Device) ask(c line.Call) (line.Answer, error) {
	d.last++
	c.ID = d.last
	if c.Check() != nil {
		return line.Answer{}, &Fault{Code: line.BadCall, Why: "the call is out of bounds"}
	}
	if err := line.Send(d.run.in, c); err != nil {
		d.stop()
		return line.Answer{}, &Fault{Code: Died, Why: err.Error()}
	}
	a, err := d.answer()
	switch {
	case err != nil:
		return a, err
	case a.ID != c.ID:
		d.stop()
		return a, &Fault{Code: Died, Why: "licet-pkcs11 has lost count"}
	case a.Code != "":
		return a, &Fault{Code: a.Code, Why: a.Why}
	}
	return a, nil
}

// answer waits for the helper, but not for ever.
func (d *Device) answer() (line.Answer, error) {
	ctx, done := context.WithTimeout(context.Background(), d.cfg.timeout())
	defer done()
	select {
	case a, open := <-d.run.answers:
		if !open {
			d.stop()
			return a, &Fault{Code: Died}
		}
		return a, nil
	case <-ctx.Done():
		d.stop()
		return line.Answer{}, &Fault{Code: Slow}
	}
}

// login logs in with the PIN as it is now.
func (d *Device) login() error {
	pin, err := d.cfg.pin()
	if err != nil {
		return err
	}
	d.guard.mu.Lock() // one at a time: a wrong PIN costs one try, not one per helper
	defer d.guard.mu.Unlock()
	sum := sha256.Sum256([]byte(pin))
	if d.guard.refused != nil && *d.guard.refused == sum {
		return d.guard.fault
	}
	_, err = d.ask(line.Call{Do: line.Login, Slot: d.cfg.Slot, PIN: pin})
	if code := CodeOf(err); code == line.WrongPIN || code == line.LockedPIN {
		d.guard.refused, d.guard.fault = &sum, &Fault{Code: code}
	}
	if err != nil {
		return err
	}
	d.guard.refused, d.run.inside = nil, true
	return nil
}
