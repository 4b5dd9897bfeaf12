package connect

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/job"
)

// MailKind is the kind of jobs that carry one letter.
const MailKind = "mail.send"

// mailAttempts reach over two days by job's back-off; a letter's deadline is
// sooner.
const mailAttempts = 60

// mailLease is how long a worker may be silent: longer than one delivery takes.
const mailLease = 2 * time.Minute

// Mails is the letters of the installation, and how they leave it.
type Mails struct {
	db     *db.DB
	vault  Vault
	mailer *Mailer
}

// NewMails returns the letters. mailer nil = none can be written.
func NewMails(d *db.DB, vault Vault, mailer *Mailer) *Mails {
	return &Mails{db: d, vault: vault, mailer: mailer}
}

// On reports whether there is a mail server.
func (s *Mails) On() bool { return s.mailer != nil }

// Register hands the handler to the job service.
func (s *Mails) Register(jobs *job.Service) {
	jobs.Handle(MailKind, mailLease, func(ctx context.Context, r *job.Run) (any, error) { return s.deliver(ctx, r) })
}

// parcelMail is the payload of a job: recipient and text are elsewhere, sealed.
type parcelMail struct {
	Mail MailID `json:"mail"`
}

// Outcome is what a job of MailKind leaves: where the letter stands, and the
// numbers of the mail server's last answer.
type Outcome struct {
	State  MailState `json:"state"`
	Status string    `json:"status,omitempty"`
}

// Post is a part: it writes a letter of a publisher in the caller's transaction,
// sealed, and the job that sends it after the commit, at least once. Recipient
// and text are erased as soon as the letter has left, was refused or is of no use
// any more. Errors: connect.mail_off, connect.mail_text.
func (s *Mails) Post(tx *db.Tx, p actor.PublisherID, l Letter) (MailID, error) {
	if s.mailer == nil {
		return MailID{}, ErrMailOff
	}
	if err := l.check(); err != nil {
		return MailID{}, err
	}
	plain, err := json.Marshal(l)
	if err != nil {
		return MailID{}, err
	}
	id := db.NewID[Mail](tx)
	sealed, err := s.vault.Seal(tx, p, id[:], plain)
	if err != nil {
		return MailID{}, err
	}
	if _, err := tx.Exec(qMailAdd, p, id, l.Kind, sealed, db.At(tx.Now()), db.At(l.Deadline)); err != nil {
		return MailID{}, err
	}
	_, err = job.Enqueue(tx, job.New{
		Kind: MailKind, Publisher: p, Payload: parcelMail{id}, Unique: "mail:" + id.String(), MaxAttempts: mailAttempts,
	})
	return id, err
}

// deliver makes one attempt. What can be tried again is its error; what has ended
// is told, and the letter is erased in the same transaction.
func (s *Mails) deliver(ctx context.Context, r *job.Run) (Outcome, error) {
	var in parcelMail
	if err := r.Payload(&in); err != nil {
		return Outcome{}, err
	}
	var m Mail
	var l Letter
	err := s.db.For(r.Publisher).Read(ctx, func(q *db.Reader) (err error) {
		if m, err = one(q, qMail, scanMail, r.Publisher, in.Mail); err != nil || m.State != MailOpen {
			return err
		}
		l, err = s.open(q, r.Publisher, m)
		return err
	})
	if err != nil || m.State != MailOpen {
		return Outcome{m.State, m.Status}, err
	}
	failure := s.attempt(ctx, l, m)
	out := Outcome{State: m.State.after(failure, r.Attempts >= r.MaxAttempts), Status: statusOf(failure)}
	err = s.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { // what has left has left
		var ended db.Time
		sealed := m.sealed
		if out.State != MailOpen {
			sealed, ended = nil, db.At(tx.Now())
		}
		_, err := tx.Exec(qMailTried, string(out.State), sealed, out.Status, ended, r.Publisher, m.ID)
		return err
	})
	if out.State == MailOpen {
		return out, errors.Join(failure, err)
	}
	return out, err
}

func (s *Mails) open(q db.Querier, p actor.PublisherID, m Mail) (l Letter, err error) {
	plain, err := s.vault.Open(q, p, m.ID[:], m.sealed)
	if err != nil {
		return l, err
	}
	return l, json.Unmarshal(plain, &l)
}

func (s *Mails) attempt(ctx context.Context, l Letter, m Mail) error {
	switch {
	case !s.db.Now().Before(l.Deadline):
		return ErrMailExpired
	case s.mailer == nil:
		return ErrMailOff // the setting may come back before the deadline
	}
	return s.mailer.Send(ctx, l, m.ID.String(), m.Created)
}

// statusOf is what is kept of a failure: the numbers, or our own code.
func statusOf(failure error) string {
	if failure == nil {
		return ""
	}
	f := fault.As(failure)
	if status, ok := f.Args["status"].(string); ok {
		return status
	}
	return f.Code
}

// Waiting tells since when the oldest open letter of the installation waits (zero =
// none does), and what the mail server last said to it; for licet doctor.
func (s *Mails) Waiting(ctx context.Context) (since time.Time, status string, err error) {
	err = s.db.Read(ctx, func(r *db.Reader) error {
		var at db.Time
		err := r.QueryRow(qMailWaiting).Scan(&at, &status)
		since = at.Time
		if errors.Is(err, db.ErrNotFound) {
			return nil
		}
		return err
	})
	return since, status, err
}

// PurgeMails deletes what is left of letters of a publisher that were written
// before the given time and are not open any more, some at a time.
func PurgeMails(tx *db.Tx, p actor.PublisherID, before time.Time) (int64, error) {
	old, err := db.List(tx, func(r *db.Rows) (id MailID, err error) { err = r.Scan(&id); return id, err },
		qMailPurgeable, p, db.FirstID[Mail](before))
	if err != nil || len(old) == 0 {
		return 0, err
	}
	return tx.Exec(qMailPurge, p, db.IDs[Mail](old))
}
