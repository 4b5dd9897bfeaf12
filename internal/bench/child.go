package bench

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"io"
)

// Child is the life of a process that the harness starts: "echo", "driver", or
// "server" with its options as JSON.
func Child(ctx context.Context, in io.Reader, out io.Writer, args []string) error {
	w, err := insideWorker(ctx, args)
	if err != nil {
		return err
	}
	err = obey(ctx, in, out, w.handle)
	if e := w.close(); err == nil {
		err = e
	}
	return err
}

// insideWorker makes a worker of this process.
func insideWorker(ctx context.Context, args []string) (*worker, error) {
	switch {
	case len(args) == 1 && args[0] == "echo":
		e, err := newEcho(ctx)
		if err != nil {
			return nil, err
		}
		return local(e.handle, e.close), nil
	case len(args) == 1 && args[0] == "driver":
		return local(driverHandle, func() error { return nil }), nil
	case len(args) == 2 && args[0] == "server":
		var o HostOptions
		if err := json.Unmarshal([]byte(args[1]), &o); err != nil {
			return nil, err
		}
		h, err := newHost(ctx, o)
		if err != nil {
			return nil, err
		}
		return local(h.handle, h.close), nil
	}
	return nil, unknown("child")
}

// b32 is random text of n bytes, for names.
func b32(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
}
