package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A demo that is interrupted leaves nothing behind, unless it was given a folder.
func TestDemoCleansUp(t *testing.T) {
	for name, more := range map[string][]string{"own folder": nil, "given folder": {"--data", filepath.Join(t.TempDir(), "mine")}} {
		t.Run(name, func(t *testing.T) {
			tmp := t.TempDir()
			t.Setenv("TMPDIR", tmp) // where folders of its own are made
			t.Setenv("TMP", tmp)
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			said, out := io.Pipe()
			ended := make(chan int, 1)
			go func() {
				defer out.Close()
				ended <- run(ctx, append([]string{"demo", "--listen", "127.0.0.1:0", "--depot-listen", "127.0.0.1:0", "--ops-listen", "off"}, more...),
					func(string) string { return "" }, strings.NewReader(""), out, io.Discard)
			}()
			there, heard := 0, ""
			buffer := make([]byte, 4096)
			for {
				n, err := said.Read(buffer)
				heard += string(buffer[:n])
				if there == 0 && strings.Contains(heard, "Ctrl-C ends the demo.") {
					list, _ := os.ReadDir(tmp)
					there = len(list)
					interrupt()
				}
				if err != nil {
					break
				}
			}
			left, err := os.ReadDir(tmp)
			if code := <-ended; code != 0 || err != nil || len(left) != 0 {
				t.Errorf("exit code %d, %d entries are left in the folder for temporary files, %v\n%s", code, len(left), err, heard)
			}
			if own := more == nil; own != (there == 1) {
				t.Errorf("%d folders of its own while it ran", there)
			}
			if more != nil {
				if _, err := os.Stat(filepath.Join(more[1], "licet.db")); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
