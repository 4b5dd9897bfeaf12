package license

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/org"
	"github.com/licet/licet/wire"
)

// What cloud containers may be refused.
var (
	ErrCloudLease   = fault.New(fault.Conflict, "license.cloud_lease")     //
	ErrCloudAccount = fault.New(fault.Invalid, "license.cloud_account")    // value, limit
	ErrCloudKind    = fault.New(fault.Conflict, "license.cloud_kind")      // kind
	ErrNoMember     = fault.New(fault.NotFound, "license.cloud_no_member") //
)

// maxAccount is the longest name of a service account, in characters.
const maxAccount = 64

// Cloud is a container that belongs to a person or to a service and not to a
// machine: whoever has its secret uses it, on any machine, by leases.
type Cloud struct {
	ID        ContainerID    `json:"id"`
	Org       actor.OrgID    `json:"org"`
	Person    org.PersonID   `json:"person,omitzero"`   // pseudonym; zero = a service account
	Service   string         `json:"service,omitempty"` // its name; "" = a person's
	State     ContainerState `json:"state"`
	CreatedAt time.Time      `json:"created_at"`

	seed cloudSeedID
}

// CloudInput is the account of a new cloud container: a person or a service.
type CloudInput struct {
	Org     actor.OrgID  `json:"org"`
	Person  org.PersonID `json:"person,omitzero"`   // a member of the organization
	Service string       `json:"service,omitempty"` // name of a service account, 1 to 64 characters; never a person's
}

// CloudMade is a new cloud container with its secret.
type CloudMade struct {
	Cloud
	Secret string `json:"secret"` // the program's; whoever has it is the account
}

func (in CloudInput) check() error {
	if in.Person.IsZero() == (in.Service == "") {
		return ErrCloudAccount.With("value", in.Service, "limit", int64(maxAccount)).At("service")
	}
	bad := func(r rune) bool { return !unicode.IsPrint(r) }
	if s := in.Service; strings.TrimSpace(s) != s || utf8.RuneCountInString(s) > maxAccount || !utf8.ValidString(s) || strings.ContainsFunc(s, bad) {
		return ErrCloudAccount.With("value", s, "limit", int64(maxAccount)).At("service")
	}
	return nil
}

// leases is how the places of a license are leased to a container of a kind. A
// floating license is leased to every kind; a cloud container leases others as well,
// a place for each machine on which its account works, but those whose time or
// units belong to one activation.
func (l *License) leases(kind string) (catalog.FloatingSpec, bool) {
	m := l.terms.model()
	if f, ok := m.Leases(); ok || kind != wire.ContainerCloud {
		return f, ok
	}
	switch m.Kind {
	case catalog.SingleUse, catalog.Trial, catalog.Usage:
		return catalog.FloatingSpec{}, false
	}
	return cloudLease, !l.terms.own()
}

// cloudLease is how a license that is not floating is leased to cloud containers.
var cloudLease = catalog.FloatingSpec{Per: catalog.PerMachine, Lease: 900, Grace: 60}
