package demo

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/online"
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/api"
	"github.com/licet/licet/internal/app"
	"github.com/licet/licet/internal/order"
	"github.com/licet/licet/internal/org"
)

// Options say how the demo runs.
type Options struct {
	Config app.Config // its data folder holds everything that the demo makes
	Seams  app.Seams
	Tell   func(step string, args ...any) // told of each step as it is done; nil = nobody
}

// Result is the main job once through, with how long each part took.
type Result struct {
	Order    string           `json:"order"`    // the shop's number
	Ticket   string           `json:"ticket"`   // the activation code
	Article  string           `json:"article"`  //
	License  string           `json:"license"`  // id of the license on the machine
	Features []string         `json:"features"` // what the program may do with it
	Verified bool             `json:"verified"` // offline, with the server stopped
	Device   string           `json:"device"`   // folder of the machine's container
	Pins     string           `json:"pins"`     // file that a product ships with
	Timings  map[string]int64 `json:"timings_ms"`
}

// stage is the demo under way.
type stage struct {
	Options
	result Result
	at     time.Time
}

// Run lives through the main job once and leaves the installation in the data
// folder, with the server stopped.
func Run(ctx context.Context, o Options) (Result, error) {
	if o.Tell == nil {
		o.Tell = func(string, ...any) {}
	}
	o.Seams = o.Seams.Filled()
	s := &stage{Options: o, result: Result{Timings: map[string]int64{}}, at: o.Seams.Now()}
	err := s.run(ctx)
	return s.result, err
}

// lap notes how long a part took.
func (s *stage) lap(part string) {
	now := s.Seams.Now()
	s.result.Timings[part] = now.Sub(s.at).Milliseconds()
	s.at = now
}

func (s *stage) run(ctx context.Context) error {
	a, err := app.Open(ctx, s.Config, s.Seams)
	if err != nil {
		return err
	}
	err = s.whileServing(ctx, a)
	if err = errors.Join(err, a.Close()); err != nil {
		return err
	}
	s.Tell("stopped")
	return s.verify()
}

// whileServing does everything that needs the server, then stops it.
func (s *stage) whileServing(ctx context.Context, a *app.App) error {
	p, err := Publisher(ctx, a, filepath.Join(s.Config.Data, "roots"), s.Seams.Now())
	if err != nil {
		return err
	}
	by := actor.Installation().In(p.ID)
	source, err := shop(ctx, a, by, p.Root)
	if err != nil {
		return err
	}
	s.lap("setup")
	s.Tell("publisher", "name", p.Name)
	serving, stop := context.WithCancel(ctx)
	defer stop()
	ready, ended := make(chan app.Running, 1), make(chan error, 1)
	go func() { ended <- a.Serve(serving, func(r app.Running) { ready <- r }) }()
	select {
	case err := <-ended:
		return err
	case at := <-ready:
		err = s.mainJob(ctx, a, at, p, source)
	}
	stop()
	return errors.Join(err, <-ended)
}

func (s *stage) mainJob(ctx context.Context, a *app.App, at app.Running, p org.Publisher, source order.AddedSource) error {
	s.lap("start")
	token, err := erp(ctx, a, p)
	if err != nil {
		return err
	}
	if err := s.order(ctx, at.API, token, p, source); err != nil {
		return err
	}
	s.lap("order")
	s.Tell("ticket", "order", s.result.Order, "article", s.result.Article, "ticket", s.result.Ticket)
	pins, err := a.Pins(ctx, p.Slug)
	if err != nil {
		return err
	}
	raw, err := pins.Encode()
	if err != nil {
		return err
	}
	s.result.Pins = filepath.Join(s.Config.Data, "pins.json")
	s.result.Device = filepath.Join(s.Config.Data, "device")
	if err := os.WriteFile(s.result.Pins, raw, 0o600); err != nil {
		return err
	}
	c, err := client.Open(client.Config{Pins: raw, Dir: s.result.Device, Server: at.Depot})
	if err != nil {
		return err
	}
	if _, err := online.Activate(ctx, c, s.result.Ticket); err != nil {
		return err
	}
	s.lap("activation")
	s.Tell("activated", "device", s.result.Device)
	return nil
}

// peer is the shop's and the ERP's side of the connection.
var peer = &http.Client{Timeout: 30 * time.Second}

// order sends the shop's document as the shop does, with its signature over the
// raw bytes, and fetches the ticket as the ERP does, with its API key.
func (s *stage) order(ctx context.Context, base, token string, p org.Publisher, source order.AddedSource) error {
	mac := hmac.New(sha256.New, []byte(source.Secret))
	_, _ = mac.Write(orderFile)
	raw, err := call(ctx, http.MethodPost, fmt.Sprintf("%s%s/hooks/%s/%s", base, api.Prefix, p.ID, source.ID), orderFile, map[string]string{
		"Content-Type": "application/json", "X-WC-Webhook-Topic": "order.created",
		"X-WC-Webhook-Signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)),
	})
	if err != nil {
		return err
	}
	var heard struct {
		Order  string `json:"order"`
		Number string `json:"number"`
	}
	if err := json.Unmarshal(raw, &heard); err != nil {
		return err
	}
	raw, err = call(ctx, http.MethodGet, base+api.Prefix+"/orders/"+heard.Order+"/tickets?codes=true", nil, map[string]string{"Authorization": "Bearer " + token})
	if err != nil {
		return err
	}
	s.result.Order = heard.Number
	return s.read(raw)
}

func call(ctx context.Context, method, url string, body []byte, headers map[string]string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	answer, err := peer.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s was answered with %s: %s", method, url, answer.Status, raw)
	}
	return raw, err
}

// read takes the first ticket out of the order's tickets.
func (s *stage) read(raw []byte) error {
	var in order.Page[order.TicketRow]
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	if len(in.Items) == 0 || in.Items[0].Code == "" {
		return fmt.Errorf("the order has no ticket that may be seen: %s", raw)
	}
	s.result.Ticket, s.result.Article = in.Items[0].Code, in.Items[0].Article
	return nil
}

// verify opens the machine's container with the server gone and looks at the
// license by its signature alone.
func (s *stage) verify() error {
	s.at = s.Seams.Now()
	raw, err := os.ReadFile(s.result.Pins)
	if err != nil {
		return err
	}
	c, err := client.Open(client.Config{Pins: raw, Dir: s.result.Device})
	if err != nil {
		return err
	}
	for _, l := range c.Licenses() {
		if l.Runs && l.Err == nil {
			s.result.License, s.result.Features, s.result.Verified = l.ID, l.Features, true
		}
	}
	s.lap("verification")
	if !s.result.Verified {
		return errors.New("no license in the container verifies offline")
	}
	s.Tell("verified", "license", s.result.License)
	return nil
}
