package connect

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
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

// made is an endpoint with the secret that it was given, "" when a repeated
// request comes too late for it.
type made struct {
	Endpoint

	secret string
}

// Create makes an endpoint that hears everything from now on, and returns its
// secret. Repeated under the same Idempotency-Key it returns the endpoint, with
// its secret as long as no other has taken its place, else with "". Errors:
// connect.url, connect.private_address, connect.events.
func (s *Service) Create(ctx context.Context, by actor.Actor, in NewEndpoint) (Endpoint, string, error) {
	if err := s.check(in.URL, in.Events); err != nil {
		return Endpoint{}, "", err
	}
	raw := newSecret()
	var out made
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.gate.Check(tx, by, actor.WebhookManage, by.Org); err != nil {
			return err
		}
		var err error
		out, err = s.once(tx, by, raw, func() (Endpoint, error) { return s.add(tx, by, in, raw) })
		return err
	})
	return out.Endpoint, out.secret, err
}

// given is what is remembered of an act that gave an endpoint a secret: which one
// by the digest of its sealed form, which says nothing about it.
type given struct {
	Endpoint EndpointID `json:"endpoint"`
	Seal     []byte     `json:"seal"`
}

// once is actor.OnceSaid for an act that gives an endpoint a secret: whoever
// repeats it gets that secret, never one that somebody else was shown later.
func (s *Service) once(tx *db.Tx, by actor.Actor, raw []byte, do func() (Endpoint, error)) (made, error) {
	load := func(g given) (made, error) {
		e, err := one(tx, qEndpoint, scanEndpoint, by.Publisher, g.Endpoint)
		if err != nil {
			return made{}, err
		}
		for _, sealed := range [][]byte{e.secret, e.oldSecret} {
			if bytes.Equal(digest(sealed), g.Seal) {
				plain, err := s.vault.Open(tx, by.Publisher, e.ID[:], sealed)
				return made{e, FormatSecret(plain)}, err
			}
		}
		return made{Endpoint: e}, nil
	}
	return actor.OnceSaid(tx, by, load, func() (given, made, error) {
		e, err := do()
		return given{e.ID, digest(e.secret)}, made{e, FormatSecret(raw)}, err
	})
}

func digest(sealed []byte) []byte {
	sum := sha256.Sum256(sealed)
	return sum[:]
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
	var e Endpoint
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var err error
		if e, err = s.reach(tx, by, qEndpointLock, id); err != nil {
			return err
		}
		if in.Rev != 0 && in.Rev != e.Rev {
			return ErrStale.With("have", e.Rev)
		}
		return s.alter(tx, by, &e, "webhook.changed", func() error {
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
	})
	return e, err
}

// Rotate gives an endpoint a new secret and returns it; the old one signs
// beside it for 24 hours. Repeated under the same Idempotency-Key it makes no
// further one and returns the same, "" when that one is not in use any more.
// Errors: connect.not_found, connect.closed.
func (s *Service) Rotate(ctx context.Context, by actor.Actor, id EndpointID) (Endpoint, string, error) {
	raw := newSecret()
	var out made
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		e, err := s.reach(tx, by, qEndpointLock, id)
		if err != nil {
			return err
		}
		out, err = s.once(tx, by, raw, func() (Endpoint, error) {
			err := s.alter(tx, by, &e, "webhook.rotated", func() error {
				sealed, err := s.vault.Seal(tx, by.Publisher, e.ID[:], raw)
				e.oldSecret, e.oldUntil, e.secret = e.secret, tx.Now().Add(oldSecretLife), sealed
				return err
			})
			return e, err
		})
		return err
	})
	return out.Endpoint, out.secret, err
}

// alter is the frame of every change of an endpoint that is locked.
func (s *Service) alter(tx *db.Tx, by actor.Actor, e *Endpoint, event string, change func() error) error {
	if e.State == Closed {
		return ErrClosed
	}
	if err := change(); err != nil {
		return err
	}
	if err := set(tx, by.Publisher, *e); err != nil {
		return err
	}
	e.Rev++
	return actor.Record(tx, by, actor.Entry{Entity: "webhook", ID: e.ID, Event: event})
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

// Redeliver sends a delivery once more, with the same webhook-id. Under one
// Idempotency-Key it does so once, and says then how the delivery stands. Errors:
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
		now := func([16]byte) (Delivery, error) { return one(tx, qDelivery, scanDelivery, by.Publisher, id) }
		d, err = actor.Once(tx, by, now, func() ([16]byte, Delivery, error) {
			if e.State == Closed {
				return id, d, ErrClosed
			}
			if _, err := tx.Exec(qReopen, by.Publisher, id); err != nil {
				return id, d, err
			}
			d.State = "open"
			if err := enqueue(tx, by.Publisher, id); err != nil {
				return id, d, err
			}
			return id, d, actor.Record(tx, by, actor.Entry{Entity: "webhook", ID: d.Endpoint, Event: "webhook.redelivered"})
		})
		return err
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
