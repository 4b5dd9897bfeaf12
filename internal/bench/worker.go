package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// command is one line to a worker.
type command struct {
	Do   string          `json:"do"`
	With json.RawMessage `json:"with,omitempty"`
}

// reply is one line back.
type reply struct {
	Error string          `json:"error,omitempty"`
	Out   json.RawMessage `json:"out,omitempty"`
}

// handler carries out a command.
type handler func(ctx context.Context, do string, with json.RawMessage) (any, error)

// worker is somebody who carries out commands: a child process, or, in tests,
// this one.
type worker struct {
	handle handler // of this process; nil for a child
	close  func() error
	pid    int
	in     io.WriteCloser
	out    *json.Decoder
	cmd    *exec.Cmd
}

// local makes a worker of this process.
func local(h handler, closing func() error) *worker {
	return &worker{handle: h, close: closing, pid: os.Getpid()}
}

// spawn starts this program as another worker. What it says on standard error
// goes to ours.
func spawn(ctx context.Context, args ...string) (*worker, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, exe, append([]string{"bench", "child"}, args...)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &worker{pid: cmd.Process.Pid, in: in, out: json.NewDecoder(out), cmd: cmd}, nil
}

// call has a command carried out. out may be nil.
func (w *worker) call(ctx context.Context, do string, with, out any) error {
	raw, err := json.Marshal(with)
	if err != nil {
		return err
	}
	var r reply
	if w.handle != nil {
		r = carryOut(ctx, w.handle, command{do, raw})
	} else {
		if err := json.NewEncoder(w.in).Encode(command{do, raw}); err != nil {
			return fmt.Errorf("bench: a child has ended: %w", err)
		}
		if err := w.out.Decode(&r); err != nil {
			return fmt.Errorf("bench: a child has ended: %w", err)
		}
	}
	if r.Error != "" {
		return errors.New(r.Error)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(r.Out, out)
}

// stopWait is how long a child may take to end.
const stopWait = 30 * time.Second

// stop ends a worker: a child ends with its standard input.
func (w *worker) stop() error {
	if w == nil {
		return nil
	}
	if w.handle != nil {
		return w.close()
	}
	_ = w.in.Close()
	late := time.AfterFunc(stopWait, func() { _ = w.cmd.Process.Kill() })
	defer late.Stop()
	return w.cmd.Wait()
}

func carryOut(ctx context.Context, h handler, c command) reply {
	out, err := h(ctx, c.Do, c.With)
	if err != nil {
		return reply{Error: c.Do + ": " + err.Error()}
	}
	raw, err := json.Marshal(out)
	if err != nil {
		return reply{Error: err.Error()}
	}
	return reply{Out: raw}
}

// obey is the life of a child: it carries out commands until its input ends.
func obey(ctx context.Context, in io.Reader, out io.Writer, h handler) error {
	lines, to := json.NewDecoder(bufio.NewReader(in)), json.NewEncoder(out)
	for {
		var c command
		if err := lines.Decode(&c); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := to.Encode(carryOut(ctx, h, c)); err != nil {
			return err
		}
	}
}

// unknown is a command that nobody knows: our own mistake.
func unknown(do string) error { return fmt.Errorf("bench: unknown command %q", do) }

// take reads a command's argument.
func take[T any](with json.RawMessage) (v T, err error) {
	err = json.Unmarshal(with, &v)
	return v, err
}
