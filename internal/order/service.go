package order

import (
	"context"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/job"
	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/order/format"
	"github.com/licet/licet/internal/sign"
)

// Settings are what an installation decides about orders. A zero field has the
// value that is named beside it.
type Settings struct {
	Depot       string // address of the depot, printed on the delivery note; "" = not printed
	RecallAbove int64  // recalls of one document above this wait for a human; 0 = 10, below 0 = none may pass
	BulkAbove   int64  // orders that need more tickets than this are issued by a job; 0 = 2,000
	Chunk       int64  // tickets of one transaction of such a job; 0 = 1,000
}

func (s *Settings) fill() {
	switch {
	case s.RecallAbove == 0:
		s.RecallAbove = 10
	case s.RecallAbove < 0:
		s.RecallAbove = 0
	}
	if s.BulkAbove <= 0 {
		s.BulkAbove = 2000
	}
	if s.Chunk <= 0 {
		s.Chunk = 1000
	}
}

// Service has the doors of this package.
type Service struct {
	db       *db.DB
	gate     *actor.Gate
	licenses *license.Service
	vault    *sign.Vault
	settings Settings
}

// NewService returns the doors.
func NewService(d *db.DB, gate *actor.Gate, licenses *license.Service, vault *sign.Vault, s Settings) *Service {
	s.fill()
	return &Service{db: d, gate: gate, licenses: licenses, vault: vault, settings: s}
}

// Place makes the tickets say what doc says. Sending the same document again,
// at any time and any number of times at once, has one effect and the same
// answer. by needs order.write for the buyer; to bring a customer that is not
// known yet, also org.write.
//
// Refusals leave nothing behind: those of format.Document.Check and package
// catalog with the line they are about, ErrParty, ErrEndCustomer,
// ErrBuyerChanged, ErrChangeFirst, ErrTooMany, and the faults of package actor.
// A document whose recalls need a human is kept and answered as Waiting.
func (s *Service) Place(ctx context.Context, by actor.Actor, doc format.Document) (Result, error) {
	return s.place(ctx, by, doc, RefuseUnknown)
}

// Preview says what Place would do now, and changes nothing. It has the same
// refusals.
func (s *Service) Preview(ctx context.Context, by actor.Actor, doc format.Document) (Preview, error) {
	return s.preview(ctx, by, doc, RefuseUnknown)
}

// File is an order document as it came, of any format that package format reads.
type File struct {
	Raw         []byte
	ContentType string      // as declared; "" = by content
	Source      string      // the sending system, for formats that do not name it
	Mode        format.Mode // for CSV without a mode column
	Language    string      // of the answer, where the document has none
}

// PlaceFile reads a document and places every order in it. All orders are
// checked before the first is placed; each is placed by itself, so that after a
// crash sending the file again completes it. Errors: those of format.Parse and
// Place.
func (s *Service) PlaceFile(ctx context.Context, by actor.Actor, f File) ([]Result, error) {
	docs, err := s.read(ctx, by, f)
	if err != nil {
		return nil, err
	}
	if len(docs) > 1 {
		if _, err := s.previews(ctx, by, docs); err != nil {
			return nil, err
		}
	}
	out := make([]Result, 0, len(docs))
	for i, d := range docs {
		r, err := s.Place(ctx, retryOf(by, i, d), d)
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
	return out, nil
}

// PreviewFile says what PlaceFile would do, and changes nothing.
func (s *Service) PreviewFile(ctx context.Context, by actor.Actor, f File) ([]Preview, error) {
	docs, err := s.read(ctx, by, f)
	if err != nil {
		return nil, err
	}
	return s.previews(ctx, by, docs)
}

// read parses a file for somebody who may send orders at all: the parsers are
// work that a stranger must not cause.
func (s *Service) read(ctx context.Context, by actor.Actor, f File) ([]format.Document, error) {
	err := s.db.For(by.Publisher).Read(ctx, func(r *db.Reader) error { return s.gate.Check(r, by, actor.OrderWrite, by.Org) })
	if err != nil {
		return nil, err
	}
	return s.parse(by, f)
}

func (s *Service) parse(by actor.Actor, f File) ([]format.Document, error) {
	return format.Parse(f.Raw, format.Options{
		Source: f.Source, ContentType: f.ContentType, Mode: f.Mode, Language: f.Language, Blind: s.blind(by.Publisher),
	})
}

func (s *Service) previews(ctx context.Context, by actor.Actor, docs []format.Document) ([]Preview, error) {
	out := make([]Preview, 0, len(docs))
	var refused []error
	for _, d := range docs {
		p, err := s.Preview(ctx, by, d)
		if err != nil {
			refused = append(refused, err)
		}
		out = append(out, p)
	}
	return out, joined(refused)
}

// JobKind is the kind of job that issues large orders; Issue handles it.
const JobKind = "order.issue"

// bulkOrder is the payload of such a job.
type bulkOrder struct {
	Order ID `json:"order"`
}

// enqueue leaves the rest of an order to a job; one is enough.
func (s *Service) enqueue(tx *db.Tx, p actor.PublisherID, o Order) (job.ID, error) {
	return job.Enqueue(tx, job.New{Kind: JobKind, Publisher: p, Org: o.Buyer, Payload: bulkOrder{o.ID}, Unique: "order:" + o.ID.String()})
}
