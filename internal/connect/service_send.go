package connect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
)

// The kinds of jobs of this package: FanKind is scheduled, SendKind carries one
// delivery.
const (
	FanKind  = "webhook.fan"
	SendKind = "webhook.send"
)

// sendAttempts spreads over about five days by job's back-off.
const sendAttempts = 130

// The bounds of one try.
const (
	sendTimeout = 15 * time.Second
	answerLimit = 64 << 10
	fanBatch    = 500
)

// Register hands the handlers to the job service and schedules the feed.
func (s *Service) Register(jobs *job.Service) {
	jobs.Handle(FanKind, 0, func(ctx context.Context, _ *job.Run) (any, error) { return nil, s.Fan(ctx) })
	jobs.Handle(SendKind, 0, func(ctx context.Context, r *job.Run) (any, error) { return nil, s.send(ctx, r) })
	jobs.Every(FanKind, job.Schedule{Every: time.Second})
}

// Fan turns what the journal has gained since each active endpoint last looked
// into deliveries.
func (s *Service) Fan(ctx context.Context) error {
	type key struct {
		publisher actor.PublisherID
		endpoint  EndpointID
	}
	var active []key
	err := s.db.Read(ctx, func(r *db.Reader) error {
		rows, err := r.Query(qActive)
		active, err = db.Collect(rows, err, func(rows *db.Rows) (k key, err error) {
			err = rows.Scan(&k.publisher, &k.endpoint)
			return k, err
		})
		return err
	})
	for _, k := range active {
		more, failed := true, error(nil)
		for more && failed == nil {
			more, failed = s.fanOne(ctx, k.publisher, k.endpoint)
		}
		err = errors.Join(err, failed) // the others go on
	}
	return err
}

// fanOne handles one batch of events for one endpoint and reports whether
// there may be more.
func (s *Service) fanOne(ctx context.Context, p actor.PublisherID, id EndpointID) (more bool, err error) {
	var e Endpoint
	var events []actor.Row
	err = s.db.For(p).Read(ctx, func(r *db.Reader) error {
		if e, err = one(r, qEndpoint, scanEndpoint, p, id); err != nil {
			return err
		}
		events, err = actor.ReadJournal(r, p, e.Seen, fanBatch)
		return err
	})
	if err != nil || len(events) == 0 {
		return false, err
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		moved, err := tx.Exec(qSeen, events[len(events)-1].Seq, p, id, e.Seen)
		if err != nil || moved == 0 {
			return err // another node was faster, or the endpoint was paused
		}
		for _, row := range events {
			if !Wants(e.Events, row.Event) {
				continue
			}
			delivery := db.NewID[Delivery](tx)
			body, err := envelope(row)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(qDeliveryAdd, p, delivery, id, row.Seq, row.Event, string(body), db.At(tx.Now())); err != nil {
				return err
			}
			if err := enqueue(tx, p, delivery); err != nil {
				return err
			}
		}
		return nil
	})
	return len(events) == fanBatch, err
}

// envelope is the body of a delivery.
func envelope(row actor.Row) ([]byte, error) {
	type data struct {
		Entity string          `json:"entity"`
		ID     string          `json:"id"`
		Detail json.RawMessage `json:"detail,omitempty"`
	}
	return json.Marshal(struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Sequence  int64     `json:"sequence"`
		Data      data      `json:"data"`
	}{row.Event, row.At, row.Seq, data{row.Entity, db.ID[actor.Row](row.EntityID).String(), json.RawMessage(row.Data)}})
}

func (s *Service) send(ctx context.Context, r *job.Run) error {
	var in parcel
	if err := r.Payload(&in); err != nil {
		return err
	}
	var d Delivery
	var e Endpoint
	var secrets [][]byte
	err := s.db.For(r.Publisher).Read(ctx, func(q *db.Reader) (err error) {
		if d, err = one(q, qDelivery, scanDelivery, r.Publisher, in.Delivery); err != nil {
			return err
		}
		if e, err = one(q, qEndpoint, scanEndpoint, r.Publisher, d.Endpoint); err != nil {
			return err
		}
		secrets, err = s.secrets(q, r.Publisher, e)
		return err
	})
	if err != nil || d.State != "open" || e.State == Closed {
		return err
	}
	status, failure := s.client.post(ctx, e.URL, d, secrets, s.db.Now())
	state, words := "delivered", ""
	if failure != nil {
		state, words = "open", job.Words(failure)
		if r.Attempts >= r.MaxAttempts {
			state = "failed"
		}
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(qTried, state, status, words, db.At(tx.Now()), r.Publisher, d.ID)
		return err
	})
	if failure != nil {
		return errors.Join(ErrReceiver.With("why", words), err)
	}
	return err
}

// secrets returns the keys that sign now: the current one, and the old one
// while it is being rotated out.
func (s *Service) secrets(q db.Querier, p actor.PublisherID, e Endpoint) ([][]byte, error) {
	current, err := s.vault.Open(q, p, e.ID[:], e.secret)
	if err != nil {
		return nil, err
	}
	out := [][]byte{current}
	if len(e.oldSecret) > 0 && q.Now().Before(e.oldUntil) {
		old, err := s.vault.Open(q, p, e.ID[:], e.oldSecret)
		if err != nil {
			return nil, err
		}
		out = append(out, old)
	}
	return out, nil
}

// sender posts deliveries through the one dialer that looks at the address it
// has really connected to.
type sender struct{ client *http.Client }

func newSender(private bool) sender {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !private && !Public(at.Addr()) {
			return fmt.Errorf("the name resolves to %s, which is not a public address", at.Addr())
		}
		return nil
	}}
	return sender{&http.Client{
		Timeout: sendTimeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 10 * time.Second,
			MaxResponseHeaderBytes: 16 << 10, DisableKeepAlives: true, Proxy: nil,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (c sender) post(ctx context.Context, url string, d Delivery, secrets [][]byte, now time.Time) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader([]byte(d.body)))
	if err != nil {
		return 0, err
	}
	id := "msg_" + d.ID.String()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "licet-webhook/1")
	r.Header.Set("webhook-id", id)
	r.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	r.Header.Set("webhook-signature", Sign(secrets, id, now, []byte(d.body)))
	answer, err := c.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, answerLimit)) // what it says does not matter, its status does
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return answer.StatusCode, fmt.Errorf("the receiver answered %s", answer.Status)
	}
	return answer.StatusCode, nil
}

// Purge deletes deliveries that ended and were made before the given time.
func Purge(tx *db.Tx, p actor.PublisherID, before time.Time) (int64, error) {
	old, err := db.List(tx, func(r *db.Rows) (id DeliveryID, err error) { err = r.Scan(&id); return id, err },
		qPurgeable, p, db.FirstID[Delivery](before))
	if err != nil || len(old) == 0 {
		return 0, err
	}
	return tx.Exec(qPurge, p, db.IDs[Delivery](old))
}
