package order

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/order/format"
)

// NewSource is the input of AddSource.
type NewSource struct {
	Name    string      // names the orders' source; unique in the publisher, fixed
	Org     actor.OrgID // below which its customers stand; zero = the caller's
	Secret  string      // 16 to 200 bytes; "" = make one
	Unknown Unknown     // "" = refuse
}

// AddedSource is a new source with its secret, which is shown here only.
type AddedSource struct {
	Source
	Secret string      `json:"secret,omitempty"` // "" when a repeated request comes after a change of it
	Note   *actor.Note `json:"note,omitempty"`   // says so
}

// AddSource lets a shop send orders. What the source may do is what its maker
// may: it needs key.manage, order.write and org.write for the organization. An
// Idempotency-Key makes it repeatable. Errors: ErrSourceTaken, ErrSecret,
// ErrSourceValue, those of names in package format, and the faults of package
// actor.
func (s *Service) AddSource(ctx context.Context, by actor.Actor, in NewSource) (AddedSource, error) {
	if in.Unknown == "" {
		in.Unknown = RefuseUnknown
	}
	if in.Org.IsZero() {
		in.Org = by.Org
	}
	if in.Secret == "" {
		var b [32]byte
		_, _ = rand.Read(b[:]) // never fails: the runtime stops the program instead
		in.Secret = base64.RawURLEncoding.EncodeToString(b[:])
	}
	if err := errors.Join(format.CheckSource("/name", in.Name), checkSecret(in.Secret), checkUnknown(in.Unknown)); err != nil {
		return AddedSource{}, err
	}
	var out AddedSource
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		if err := s.maySource(tx, by, in.Org); err != nil {
			return err
		}
		var err error
		out, err = actor.OnceSaid(tx, by, func(a added) (AddedSource, error) { return s.addedBefore(tx, by, a) }, func() (added, AddedSource, error) {
			src, err := s.addSource(tx, by, in)
			return added{src.ID, digest(src.sealed)}, AddedSource{Source: src, Secret: in.Secret}, err
		})
		return err
	})
	return out, err
}

// added is what is kept of an AddSource with an Idempotency-Key: which secret was
// made, by the digest of its sealed form, which says nothing about it.
type added struct {
	Source SourceID `json:"source"`
	Seal   []byte   `json:"seal"`
}

// addedBefore answers a repeat: with the secret, unless another has taken its
// place.
func (s *Service) addedBefore(q db.Querier, by actor.Actor, a added) (AddedSource, error) {
	src, err := sourceOf(q, qSource, by.Publisher, a.Source)
	if err != nil {
		return AddedSource{}, err
	}
	if !bytes.Equal(digest(src.sealed), a.Seal) {
		return AddedSource{Source: src, Note: actor.ShownOnce()}, nil
	}
	have, err := s.open(q, by.Publisher, src)
	return AddedSource{Source: src, Secret: have.Current}, err
}

func digest(sealed []byte) []byte {
	sum := sha256.Sum256(sealed)
	return sum[:]
}

func (s *Service) addSource(tx *db.Tx, by actor.Actor, in NewSource) (src Source, err error) {
	src = Source{
		ID: db.NewID[Source](tx), Name: in.Name, Kind: WooSource, Org: in.Org, Unknown: in.Unknown,
		State: SourceActive, CreatedAt: tx.Now(), Rev: 1,
	}
	if src.sealed, err = s.seal(tx, by.Publisher, src.ID, secrets{Current: in.Secret}); err != nil {
		return src, err
	}
	n, err := tx.Exec(qSourceInsert, by.Publisher, src.ID, src.Name, string(src.Kind), src.Org, src.sealed, string(src.Unknown), db.At(tx.Now()))
	if err == nil && n == 0 {
		err = ErrSourceTaken.With("name", in.Name).At("/name")
	}
	if err != nil {
		return src, err
	}
	return src, s.recordSource(tx, by, src, "order_source.added")
}

// maySource checks every right that a source gets.
func (s *Service) maySource(q db.Querier, by actor.Actor, owner actor.OrgID) error {
	for _, p := range []actor.Permission{actor.KeyManage, actor.OrderWrite, actor.OrgWrite} {
		if err := s.gate.Check(q, by, p, owner); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) recordSource(tx *db.Tx, by actor.Actor, src Source, event string) error {
	return actor.Record(tx, by, actor.Entry{Entity: "order_source", ID: src.ID, Event: event, Data: map[string]any{
		"name": src.Name, "kind": src.Kind, "org": src.Org, "unknown": src.Unknown, "state": src.State,
	}})
}

// Sources returns the sources of the caller's organization and of those below
// it, by name. It needs key.manage.
func (s *Service) Sources(ctx context.Context, by actor.Actor) ([]Source, error) {
	out := []Source{}
	err := s.db.For(by.Publisher).Read(ctx, func(q *db.Reader) error {
		if err := s.gate.Check(q, by, actor.KeyManage, by.Org); err != nil {
			return err
		}
		found, err := db.List(q, scanSource, qSources, by.Publisher)
		if err != nil {
			return err
		}
		for _, src := range found {
			err := s.gate.Check(q, by, actor.KeyManage, src.Org)
			if err == nil {
				out = append(out, src)
			} else if !isMissing(err) {
				return err
			}
		}
		return nil
	})
	return out, err
}

// SourceChange is the input of ChangeSource; empty fields stay as they are.
type SourceChange struct {
	ID      SourceID
	Secret  string // a new one; the old one goes on being taken until Forget
	Forget  bool   // stop taking the old secret
	Unknown Unknown
	State   SourceState
}

// ChangeSource changes a source's secret, its handling of unknown articles, or
// whether it is listened to. It needs key.manage, order.write and org.write for
// the source's organization. Errors: ErrSourceNotFound, ErrSecret,
// ErrSourceValue.
func (s *Service) ChangeSource(ctx context.Context, by actor.Actor, in SourceChange) (Source, error) {
	if in.Secret != "" {
		if err := checkSecret(in.Secret); err != nil {
			return Source{}, err
		}
	}
	var out Source
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		src, err := sourceOf(tx, qSourceLock, by.Publisher, in.ID)
		if err != nil {
			return err
		}
		if err := s.maySource(tx, by, src.Org); err != nil {
			if isMissing(err) {
				return ErrSourceNotFound
			}
			return err
		}
		if err := s.changeSource(tx, by.Publisher, &src, in); err != nil {
			return err
		}
		if _, err := tx.Exec(qSourceSet, src.sealed, string(src.Unknown), string(src.State), by.Publisher, src.ID); err != nil {
			return err
		}
		src.Rev++
		out = src
		return s.recordSource(tx, by, src, "order_source.changed")
	})
	return out, err
}

func (s *Service) changeSource(tx *db.Tx, p actor.PublisherID, src *Source, in SourceChange) error {
	if in.Unknown != "" {
		src.Unknown = in.Unknown
	}
	if in.State != "" {
		src.State = in.State
	}
	if err := errors.Join(checkUnknown(src.Unknown), checkState(src.State)); err != nil {
		return err
	}
	if in.Secret == "" && !in.Forget {
		return nil
	}
	have, err := s.open(tx, p, *src)
	if err != nil {
		return err
	}
	if in.Secret != "" {
		have = have.next(in.Secret)
	}
	if in.Forget {
		have.Previous = ""
	}
	src.sealed, err = s.seal(tx, p, src.ID, have)
	return err
}

// hookTries bounds wrong signatures of one address.
var hookTries = db.Limit{Name: "order.hook", Burst: 20, Per: 30 * time.Second}

// HookCall is a message that claims to come from a source.
type HookCall struct {
	Publisher   actor.PublisherID
	Source      SourceID
	Topic       string // X-WC-Webhook-Topic
	Signature   string // X-WC-Webhook-Signature
	ContentType string
	Raw         []byte
}

// HookAnswer says what became of it. Result is nil when the message asks for
// nothing: an announcement, or a topic that changes no sale.
type HookAnswer struct {
	Result *Result
}

// Hook takes the message of a shop. The caller is anonymous: the signature over
// the raw bytes speaks for the source, and is checked before anything is read.
// Unknown and disabled sources look like a wrong signature. Errors:
// format.ErrSignature, ErrHookTries, and those of format.Parse and Place.
func (s *Service) Hook(ctx context.Context, by actor.Actor, in HookCall) (HookAnswer, error) {
	if len(in.Raw) > format.MaxBytes {
		return HookAnswer{}, format.ErrTooLarge.With("limit", format.MaxBytes)
	}
	if format.IsWooPing(in.ContentType, in.Raw) {
		return HookAnswer{}, nil
	}
	src, err := s.authentic(ctx, by, in)
	if err != nil {
		return HookAnswer{}, err
	}
	if take, err := format.WooTopic(in.Topic); err != nil || !take {
		return HookAnswer{}, err
	}
	doc, err := format.ParseWoo(in.Raw, format.Options{Source: src.Name, ContentType: in.ContentType, Blind: s.blind(in.Publisher)})
	if err != nil {
		return HookAnswer{}, err
	}
	r, err := s.place(ctx, actor.Actor{
		Kind: actor.KindKey, Publisher: in.Publisher, Org: src.Org, ID: sourceActor + src.ID.String(),
		Perms: actor.NewSet(actor.OrderWrite, actor.OrgWrite), Addr: by.Addr, RequestID: by.RequestID,
	}, doc, src.Unknown)
	return HookAnswer{Result: &r}, err
}

// sourceActor begins the pseudonym of a source.
const sourceActor = "order_source:"

// isSource tells a shop that speaks through its hook from everybody else.
func isSource(by actor.Actor) bool { return strings.HasPrefix(by.ID, sourceActor) }

// authentic finds the source that signed a message.
func (s *Service) authentic(ctx context.Context, by actor.Actor, in HookCall) (Source, error) {
	key := addressOf(by)
	var src Source
	err := s.db.For(in.Publisher).Read(ctx, func(q *db.Reader) error {
		wait, err := db.Blocked(q, hookTries, key)
		if err != nil {
			return err
		}
		if wait > 0 {
			return ErrHookTries.After(wait)
		}
		if src, err = sourceOf(q, qSource, in.Publisher, in.Source); err != nil {
			return err
		}
		have, err := s.open(q, in.Publisher, src)
		if err != nil {
			return err
		}
		if src.State != SourceActive {
			return format.ErrSignature
		}
		return have.each(func(secret []byte) error { return format.VerifyWoo(secret, in.Raw, in.Signature) })
	})
	if !errors.Is(err, ErrSourceNotFound) && !errors.Is(err, format.ErrSignature) {
		return src, err
	}
	if err := s.db.Write(ctx, func(tx *db.Tx) error { return db.Charge(tx, hookTries, key) }); err != nil {
		return src, err
	}
	return src, format.ErrSignature
}

// addressOf is who pays for wrong signatures: an IPv4 address or an IPv6 /64.
func addressOf(by actor.Actor) string {
	a := by.Addr.Unmap()
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return strings.TrimSpace(a.String())
}
