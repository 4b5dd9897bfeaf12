package trial

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/connect"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/internal/sign"
	"github.com/licet/licet/wire"
)

// Limits are the named limits of this package. A zero one is its default.
type Limits struct {
	Address   db.Limit // wishes per IPv4 address or IPv6 /64
	Network   db.Limit // wishes per /24 or /48
	Publisher db.Limit // wishes of a publisher's visitors
	Mail      db.Limit // mails to one address; beyond it nothing is sent and nothing is said
	Code      db.Limit // wrong confirmation codes per IPv4 address or IPv6 /64
	CodeWide  db.Limit // wrong confirmation codes per /24 or /48
}

// DefaultLimits returns the limits that a served product has.
func DefaultLimits() Limits {
	return Limits{
		Address:   db.Limit{Name: "trial.address", Burst: 10, Per: 6 * time.Minute},
		Network:   db.Limit{Name: "trial.network", Burst: 40, Per: time.Minute},
		Publisher: db.Limit{Name: "trial.publisher", Burst: 300, Per: 10 * time.Second},
		Mail:      db.Limit{Name: "trial.mail", Burst: 3, Per: 8 * time.Hour},
		Code:      db.Limit{Name: "trial.code", Burst: 10, Per: 30 * time.Second},
		CodeWide:  db.Limit{Name: "trial.code_network", Burst: 30, Per: 10 * time.Second},
	}
}

func (l *Limits) fill() {
	d := DefaultLimits()
	for _, one := range []struct{ have, want *db.Limit }{
		{&l.Address, &d.Address},
		{&l.Network, &d.Network},
		{&l.Publisher, &d.Publisher},
		{&l.Mail, &d.Mail},
		{&l.Code, &d.Code},
		{&l.CodeWide, &d.CodeWide},
	} {
		if one.have.Burst == 0 {
			*one.have = *one.want
		}
	}
}

// Options make a Service.
type Options struct {
	DB       *db.DB
	Vault    *sign.Vault
	Licenses *license.Service
	Mails    *connect.Mails
	Depot    string // how the outside reaches the depot; "" = nothing is offered
	Limits   Limits // zero ones are the defaults
}

// Service is the doors of this package. Their caller is the depot, which knows for
// which publisher it speaks; behind it anybody may stand.
type Service struct{ Options }

// New makes the Service on an open, migrated database.
func New(o Options) *Service {
	o.Limits.fill()
	return &Service{o}
}

// off is why nothing is offered to by; nil = something may be.
func (s *Service) off(by actor.Actor) error {
	if by.Publisher.IsZero() || s.Depot == "" || !s.Mails.On() {
		return ErrOff
	}
	return nil
}

// Offers returns what visitors may try now; none while there is no mail server, no
// public address of the depot, or no one publisher for whom it speaks.
func (s *Service) Offers(ctx context.Context, by actor.Actor) ([]Offer, error) {
	if s.off(by) != nil {
		return nil, nil
	}
	var out []Offer
	err := s.DB.For(by.Publisher).Read(ctx, func(r *db.Reader) error {
		if _, err := org.PublisherByID(r, by.Publisher); err != nil {
			return err
		}
		all, err := catalog.Trials(r, by.Publisher)
		out = make([]Offer, len(all))
		for i, o := range all {
			out[i] = offerOf(o)
		}
		return err
	})
	return out, err
}

// askedData and confirmedData are the journal's lines.
type askedData struct {
	Article catalog.ArticleID `json:"article"`
}

type confirmedData struct {
	Article catalog.ArticleID `json:"article"`
	Ticket  license.TicketID  `json:"ticket"`
	Again   bool              `json:"again,omitempty"`
}

// Ask writes a visitor's wish down and sends the mail that confirms it. The answer
// is the same whether the address was ever seen: whoever has taken the trial gets
// the same mail, and behind it the same ticket; whoever has had too many mails
// today gets none. Errors: trial.off, trial.domain, trial.too_many,
// connect.mail_address, catalog.not_offered.
func (s *Service) Ask(ctx context.Context, by actor.Actor, in Wish) error {
	if err := s.off(by); err != nil {
		return err
	}
	to, err := connect.ParseAddress(in.Email)
	if err != nil {
		return err
	}
	code, err := wire.NewKey(codePrefix, rand.Reader)
	if err != nil {
		return err
	}
	if err := s.mayAsk(ctx, by); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		pub, err := org.PublisherByID(tx, by.Publisher)
		if err != nil {
			return err
		}
		offered, _, err := catalog.ResolveTrial(tx, by.Publisher, in.Article)
		if err != nil {
			return err
		}
		if !offered.Offer.Takes(to.Domain) {
			return ErrDomain.At("/email").With("domain", to.Domain)
		}
		silent, err := s.chargeAsk(tx, by, to)
		if err != nil || silent {
			return err
		}
		subject, body := words(in.Lang, pub.Name, s.Depot, offerOf(offered), code.String())
		_, err = s.Mails.Post(tx, by.Publisher, connect.Letter{
			Kind: "trial.confirm", To: to, Name: oneLine(pub.Name), Lang: string(in.Lang), Subject: subject, Text: body,
			Deadline: tx.Now().Add(RequestLife),
		})
		if err != nil {
			return err
		}
		id, now := s.request(by.Publisher, code), tx.Now()
		visitor := s.visitor(by.Publisher, offered.Article, to)
		_, err = tx.Exec(qRequestAdd, by.Publisher, id, visitor, offered.Article, offered.Number, db.At(now), db.At(now.Add(RequestLife)))
		if err != nil {
			return err
		}
		return actor.Record(tx, by, actor.Entry{Entity: "trial", ID: id, Event: "trial.asked", Data: askedData{offered.Article}})
	})
}

// request and visitor are the names under which a wish and an address are known.
func (s *Service) request(p actor.PublisherID, code wire.Key) requestID {
	return requestID(s.Vault.Blind(p, "trial.code", code.Bytes())[:16])
}

func (s *Service) visitor(p actor.PublisherID, article catalog.ArticleID, a connect.Address) visitorID {
	return visitorID(s.Vault.Blind(p, "trial.visitor", append(article[:], a.Fold()...))[:16])
}

// meter is one allowance that a caller draws on.
type meter struct {
	limit db.Limit
	key   string
}

// asking are the meters of a wish.
func (s *Service) asking(by actor.Actor) []meter {
	return append(near(by, s.Limits.Address, s.Limits.Network), meter{s.Limits.Publisher, by.Publisher.String()})
}

func near(by actor.Actor, address, wider db.Limit) []meter {
	one, two := license.Networks(by.Addr)
	if one == "" {
		return nil
	}
	return []meter{{address, one}, {wider, two}}
}

// over returns trial.too_many while one of the meters is used up.
func over(q db.Querier, all []meter) error {
	for _, m := range all {
		wait, err := db.Blocked(q, m.limit, m.key)
		if err != nil {
			return err
		}
		if wait > 0 {
			return ErrTooMany.After(wait)
		}
	}
	return nil
}

func charge(tx *db.Tx, all []meter) error {
	for _, m := range all {
		if err := db.Charge(tx, m.limit, m.key); err != nil {
			return err
		}
	}
	return nil
}

// mayAsk looks at the meters before anything takes the writer.
func (s *Service) mayAsk(ctx context.Context, by actor.Actor) error {
	return s.DB.Read(ctx, func(r *db.Reader) error { return over(r, s.asking(by)) })
}

// chargeAsk charges a wish. silent says that the address has had its mails: what is
// charged is charged, and nothing else happens.
func (s *Service) chargeAsk(tx *db.Tx, by actor.Actor, to connect.Address) (silent bool, err error) {
	if err := over(tx, s.asking(by)); err != nil {
		return false, err
	}
	if err := charge(tx, s.asking(by)); err != nil {
		return false, err
	}
	mail := []meter{{s.Limits.Mail, string(s.Vault.Blind(by.Publisher, "trial.mail", []byte(to.Fold())))}}
	if err := over(tx, mail); err != nil {
		return errors.Is(err, ErrTooMany), unless(err, ErrTooMany)
	}
	return false, charge(tx, mail)
}

// unless returns err, or nil when it is the fault that is expected.
func unless(err error, expected *fault.Error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
