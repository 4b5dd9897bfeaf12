package connect

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/job"
)

// Vault keeps endpoint secrets at rest; package sign's Vault is one.
type Vault interface {
	Seal(q db.Querier, p actor.PublisherID, aad, plain []byte) ([]byte, error)
	Open(q db.Querier, p actor.PublisherID, aad, sealed []byte) ([]byte, error)
}

// Service holds the doors of webhooks.
type Service struct {
	db      *db.DB
	gate    *actor.Gate
	vault   Vault
	private bool
	client  sender
}

// NewService returns the Service. private lets webhooks reach private
// addresses and use plain HTTP.
func NewService(d *db.DB, gate *actor.Gate, vault Vault, private bool) *Service {
	return &Service{db: d, gate: gate, vault: vault, private: private, client: newSender(private)}
}

// oldSecretLife is how long the old secret still signs beside the new one.
const oldSecretLife = 24 * time.Hour

// NewEndpoint is what a publisher says about a receiver.
type NewEndpoint struct {
	URL    string
	Events []string
}

// Create makes an endpoint that hears everything from now on, and returns its
// secret, which is shown this once. Errors: connect.url,
// connect.private_address, connect.events.
func (s *Service) Create(ctx context.Context, by actor.Actor, in NewEndpoint) (Endpoint, string, error) {
	if err := s.check(in.URL, in.Events); err != nil {
		return Endpoint{}, "", err
	}
	raw := newSecret()
	type made struct {
		Endpoint
		secret string
	}
	var out made
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.gate.Check(tx, by, actor.WebhookManage, by.Org); err != nil {
			return err
		}
		var err error
		out, err = actor.Once(tx, by, func(id [16]byte) (made, error) {
			e, err := one(tx, qEndpoint, scanEndpoint, by.Publisher, EndpointID(id))
			if err != nil {
				return made{}, err
			}
			plain, err := s.vault.Open(tx, by.Publisher, e.ID[:], e.secret)
			return made{e, FormatSecret(plain)}, err
		}, func() ([16]byte, made, error) {
			e, err := s.add(tx, by, in, raw)
			return e.ID, made{e, FormatSecret(raw)}, err
		})
		return err
	})
	return out.Endpoint, out.secret, err
}

func (s *Service) add(tx *db.Tx, by actor.Actor, in NewEndpoint, raw []byte) (Endpoint, error) {
	id := db.NewID[Endpoint](tx)
	sealed, err := s.vault.Seal(tx, by.Publisher, id[:], raw)
	if err != nil {
		return Endpoint{}, err
	}
	head, err := actor.JournalHead(tx, by.Publisher)
	if err != nil {
		return Endpoint{}, err
	}
	_, err = tx.Exec(qEndpointAdd, by.Publisher, id, by.Org, in.URL, db.JSON[[]string]{V: in.Events}, sealed, head, db.At(tx.Now()))
	if err != nil {
		return Endpoint{}, err
	}
	if err := actor.Record(tx, by, actor.Entry{Entity: "webhook", ID: id, Event: "webhook.created"}); err != nil {
		return Endpoint{}, err
	}
	return one(tx, qEndpoint, scanEndpoint, by.Publisher, id)
}

func newSecret() []byte {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	return raw
}

func (s *Service) check(url string, events []string) error {
	if err := checkURL(url, s.private); err != nil {
		return err
	}
	return checkEvents(events)
}

// Get returns one endpoint. Error: connect.not_found.
func (s *Service) Get(ctx context.Context, by actor.Actor, id EndpointID) (Endpoint, error) {
	var e Endpoint
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		var err error
		e, err = s.reach(r, by, qEndpoint, id)
		return err
	})
	return e, err
}

// reach returns an endpoint that the actor may manage.
func (s *Service) reach(q db.Querier, by actor.Actor, stmt *db.Stmt, id EndpointID) (Endpoint, error) {
	e, err := one(q, stmt, scanEndpoint, by.Publisher, id)
	if err != nil {
		return Endpoint{}, err
	}
	if err := s.gate.Check(q, by, actor.WebhookManage, e.Org); err != nil {
		if fault.KindOf(err) == fault.NotFound {
			return Endpoint{}, ErrNotFound
		}
		return Endpoint{}, err
	}
	return e, nil
}

// List returns the endpoints after the given id, oldest first; limit 1 … 200,
// 0 = 50.
func (s *Service) List(ctx context.Context, by actor.Actor, after EndpointID, limit int) ([]Endpoint, error) {
	var out []Endpoint
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if err := s.gate.Check(r, by, actor.WebhookManage, by.Org); err != nil {
			return err
		}
		rows, err := r.Query(qEndpoints, by.Publisher, after[:], page(limit))
		all, err := db.Collect(rows, err, scanEndpoint)
		for _, e := range all {
			if s.gate.Check(r, by, actor.WebhookManage, e.Org) == nil {
				out = append(out, e)
			}
		}
		return err
	})
	return out, err
}

func page(limit int) int {
	if limit <= 0 || limit > 200 {
		return 50
	}
	return limit
}

// Change says what to change of an endpoint; nil leaves a part as it is.
type Change struct {
	Rev    int64 // the revision that was read; 0 = whatever it is
	URL    *string
	Events []string
	State  *State // Active, Paused or Closed
}

// Change changes an endpoint. Errors: connect.not_found, connect.stale,
// connect.closed, and those of Create.
func (s *Service) Change(ctx context.Context, by actor.Actor, id EndpointID, in Change) (Endpoint, error) {
	return s.alter(ctx, by, id, in.Rev, "webhook.changed", func(tx *db.Tx, e *Endpoint) error {
		if in.URL != nil {
			e.URL = *in.URL
		}
		if in.Events != nil {
			e.Events = in.Events
		}
		if in.State != nil {
			e.State = *in.State
		}
		return s.check(e.URL, e.Events)
	})
}

// Rotate gives an endpoint a new secret and returns it; the old one signs
// beside it for 24 hours. Errors: connect.not_found, connect.closed.
func (s *Service) Rotate(ctx context.Context, by actor.Actor, id EndpointID) (Endpoint, string, error) {
	raw := newSecret()
	e, err := s.alter(ctx, by, id, 0, "webhook.rotated", func(tx *db.Tx, e *Endpoint) error {
		sealed, err := s.vault.Seal(tx, by.Publisher, e.ID[:], raw)
		e.oldSecret, e.oldUntil, e.secret = e.secret, tx.Now().Add(oldSecretLife), sealed
		return err
	})
	return e, FormatSecret(raw), err
}

func (s *Service) alter(ctx context.Context, by actor.Actor, id EndpointID, rev int64, event string, change func(*db.Tx, *Endpoint) error) (Endpoint, error) {
	var e Endpoint
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if e, err = s.reach(tx, by, qEndpointLock, id); err != nil {
			return err
		}
		if rev != 0 && rev != e.Rev {
			return ErrStale.With("have", e.Rev)
		}
		if e.State == Closed {
			return ErrClosed
		}
		if err := change(tx, &e); err != nil {
			return err
		}
		if err := set(tx, by.Publisher, e); err != nil {
			return err
		}
		e.Rev++
		return actor.Record(tx, by, actor.Entry{Entity: "webhook", ID: id, Event: event})
	})
	return e, err
}

// Deliveries returns an endpoint's deliveries, newest first, before the given
// journal sequence (0 = from the newest); limit 1 … 200, 0 = 50.
func (s *Service) Deliveries(ctx context.Context, by actor.Actor, id EndpointID, before int64, limit int) ([]Delivery, error) {
	if before <= 0 {
		before = 1<<63 - 1
	}
	var out []Delivery
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if _, err := s.reach(r, by, qEndpoint, id); err != nil {
			return err
		}
		rows, err := r.Query(qDeliveries, by.Publisher, id, before, page(limit))
		out, err = db.Collect(rows, err, scanDelivery)
		return err
	})
	return out, err
}

// Redeliver sends a delivery once more, with the same webhook-id. Errors:
// connect.not_found, connect.closed.
func (s *Service) Redeliver(ctx context.Context, by actor.Actor, id DeliveryID) (Delivery, error) {
	var d Delivery
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if d, err = one(tx, qDelivery, scanDelivery, by.Publisher, id); err != nil {
			return err
		}
		e, err := s.reach(tx, by, qEndpoint, d.Endpoint)
		if err != nil {
			return err
		}
		if e.State == Closed {
			return ErrClosed
		}
		if _, err := tx.Exec(qReopen, by.Publisher, id); err != nil {
			return err
		}
		d.State = "open"
		if err := enqueue(tx, by.Publisher, id); err != nil {
			return err
		}
		return actor.Record(tx, by, actor.Entry{Entity: "webhook", ID: d.Endpoint, Event: "webhook.redelivered"})
	})
	return d, err
}

// parcel is the payload of a sending job.
type parcel struct {
	Delivery DeliveryID `json:"delivery"`
}

func enqueue(tx *db.Tx, p actor.PublisherID, id DeliveryID) error {
	_, err := job.Enqueue(tx, job.New{
		Kind: SendKind, Publisher: p, Payload: parcel{id}, Unique: "webhook:" + id.String(), MaxAttempts: sendAttempts,
	})
	return err
}
