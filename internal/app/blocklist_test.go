package app_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/clienttest"
	"github.com/licet/licet/internal/db/dbtest"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/wire"
)

// island is a publisher's field: machines that are in contact, or not.
type island struct {
	*outer
	pins []byte
}

func (o *island) machine(name string) *client.Container {
	o.t.Helper()
	c, err := client.Open(client.Config{Pins: o.pins, Dir: filepath.Join(o.t.TempDir(), name), Server: o.at.Depot, Machine: clienttest.Machine(name)})
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// list makes the block list anew and returns it as a machine fetches it: a file that
// names as many containers. The server's own job may be faster.
func (o *island) list(c *client.Container, names int) []byte {
	o.t.Helper()
	for range 100 {
		if _, err := o.a.Lic.IssueBlockList(o.t.Context(), o.mine.p.ID); err != nil {
			o.t.Fatal(err)
		}
		b, err := online.BlockList(o.t.Context(), c)
		if err != nil {
			o.t.Fatal(err)
		}
		if got := o.boxes(b); len(got) == names {
			return b
		}
	}
	o.t.Fatalf("no list that names %d", names)
	return nil
}

// boxes reads the only list of a file, believing what a product believes.
func (o *island) boxes(file []byte) []string {
	o.t.Helper()
	f, err := wire.ParseLines(file)
	if err != nil {
		o.t.Fatal(err)
	}
	pins, err := wire.ParsePins(o.pins)
	if err != nil {
		o.t.Fatal(err)
	}
	trust, err := wire.NewTrust(pins)
	if err == nil {
		err = trust.ExtendFile(f)
	}
	if err != nil || len(f.Of(wire.TypeBlockList)) != 1 {
		o.t.Fatalf("%v: %s", err, file)
	}
	l, err := wire.OpenIssued[wire.BlockList](trust, f.Of(wire.TypeBlockList)[0])
	if err != nil {
		o.t.Fatal(err)
	}
	return l.Containers
}

// A license moves to a new machine. The old one, which nobody reaches, is brought the
// list as a file and refuses from then on, over every start; it comes back, is told
// that the license was moved, gives its copy up, and is off the list. What it
// activates then holds, although an old list names it.
func TestBlockListReachesAnIsland(t *testing.T) {
	for _, engine := range dbtest.Engines() {
		t.Run(string(engine), func(t *testing.T) {
			a, at := start(t, engine)
			o := &island{outer: &outer{t: t, a: a, at: at, mine: populate(t, a, at, "mine")}}
			pins, err := a.Pins(t.Context(), o.mine.p.Slug)
			if err == nil {
				o.pins, err = pins.Encode()
			}
			if err != nil {
				t.Fatal(err)
			}
			_, code := o.sold("L-1", "CAD-PRO-PERP")
			old, fresh := o.machine("alpha"), o.machine("beta")
			if _, err := online.Activate(t.Context(), old, code); err != nil {
				t.Fatal(err)
			}
			box := old.Status().Container
			o.move(box)
			if _, err := online.Activate(t.Context(), fresh, code); err != nil {
				t.Fatal(err)
			}
			file := o.list(fresh, 1)
			if got := o.boxes(file); !slices.Equal(got, []string{box}) || strings.Count(string(file), "\n") > 4 {
				t.Fatalf("%v in %s", got, file)
			}
			for _, c := range []*client.Container{old, fresh} {
				in, err := c.Install(file)
				if err != nil || in.List == 0 {
					t.Fatalf("%+v, %v", in, err)
				}
			}
			if l := old.Licenses()[0]; l.State != client.Blocked || l.Runs || client.Code(l.Err) != "client.listed" || old.Has("draw") {
				t.Fatalf("%+v", l)
			}
			if l := fresh.Licenses()[0]; !l.Runs {
				t.Fatalf("%+v", l)
			}

			if _, err := online.Refresh(t.Context(), old); err != nil {
				t.Fatal(err)
			}
			if l := old.Licenses()[0]; l.State != client.Blocked || l.Why != "moved" || client.Code(l.Err) != "client.blocked" {
				t.Fatalf("%+v", l)
			}
			if _, err := online.Return(t.Context(), old, old.Licenses()[0].ID); err != nil || len(old.Licenses()) != 0 {
				t.Fatalf("%v, %v", err, old.Licenses())
			}
			o.list(fresh, 0)
			_, second := o.sold("L-2", "CAD-PRO-PERP")
			in, err := online.Activate(t.Context(), old, second)
			if err != nil || in.List == 0 || !old.Licenses()[0].Runs {
				t.Fatalf("%+v, %v: %+v", in, err, old.Licenses())
			}
			o.gets(o.mine.p.ID.String())
		})
	}
}

// move has support move the only license of a container to another device.
func (o *island) move(box string) {
	o.t.Helper()
	all, err := o.a.Lic.ListContainers(o.t.Context(), o.mine.by, license.ContainerQuery{})
	if err != nil {
		o.t.Fatal(err)
	}
	key, err := base64.RawURLEncoding.DecodeString(box)
	if err != nil {
		o.t.Fatal(err)
	}
	for _, c := range all.Items {
		if len(c.Activations) != 1 || !bytes.Equal(c.ID[:], key[:len(c.ID)]) {
			continue
		}
		by := o.mine.by.Because(actor.Reason{Code: license.ReasonOther, Note: "as agreed"})
		if _, err := o.a.Lic.Move(o.t.Context(), by, c.Activations[0].ID); err != nil {
			o.t.Fatal(err)
		}
		return
	}
	o.t.Fatal("no such container")
}

// gets asks for lists as anybody may.
func (o *island) gets(id string) {
	o.t.Helper()
	get := func(server, path, tag string) (*http.Response, string) {
		r, err := http.NewRequestWithContext(o.t.Context(), http.MethodGet, server+"/api/v1/blocklist/"+path, http.NoBody)
		if err != nil {
			o.t.Fatal(err)
		}
		r.Header.Set("If-None-Match", tag)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			o.t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			o.t.Fatal(err)
		}
		return resp, string(b)
	}
	for _, server := range []string{o.at.API, o.at.Depot} {
		resp, body := get(server, id, "")
		tag := resp.Header.Get("ETag")
		if resp.StatusCode != http.StatusOK || tag == "" || !strings.HasPrefix(body, "v4.public.") {
			o.t.Fatalf("%d %q %s", resp.StatusCode, tag, body)
		}
		if resp, body := get(server, id, tag); resp.StatusCode != http.StatusNotModified || body != "" {
			o.t.Errorf("%d %s", resp.StatusCode, body)
		}
		for _, other := range []string{"01890000-0000-7000-8000-000000000000", "nobody", strings.Repeat("9", 500)} {
			if resp, body := get(server, other, ""); resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "license.no_block_list") {
				o.t.Errorf("%s: %d %s", other, resp.StatusCode, body)
			}
		}
	}
}
