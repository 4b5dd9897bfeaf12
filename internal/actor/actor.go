package actor

import "net/netip"

// Kind says what stands behind an Actor.
type Kind string

// The kinds of actors. The zero Kind is treated as KindAnonymous.
const (
	KindSystem    Kind = "system"    // the server itself, or the administrator at its console
	KindKey       Kind = "key"       // an API key
	KindPerson    Kind = "person"    // a signed-in human
	KindBearer    Kind = "bearer"    // whoever holds a ticket or a license key
	KindContainer Kind = "container" // a container that proved its signing key
	KindAnonymous Kind = "anonymous" // nobody
)

// Actor is who asks: a caller's scope in the tree and the permissions in it.
// It is a value that adapters make once per request (from an API key, a
// session, a ticket) and hand to every door; doors never trust anything else
// about the caller. The zero Actor is anonymous and may do nothing.
type Actor struct {
	Kind      Kind
	Publisher PublisherID // the tenant; zero only for the installation and for anonymous callers
	Org       OrgID       // root of the scope; zero = the whole publisher (system actors only)
	ID        string      // pseudonym for the journal: "key:<uuid>", "person:<uuid>", "system"
	Perms     Set         // what the actor may do inside its scope
	OnBehalf  OrgID       // for whom support acts; zero = for itself
	Reason    Reason      // why support acts; shown to the other side, its note never put into the journal
	Addr      netip.Addr  // where the request came from; for limits only, never stored
	RequestID string      // for logs
	Retry     Retry       // the Idempotency-Key of a POST; zero = none
	Preview   bool        // the actor only asks what would happen; doors that say so roll back
}

// Reason says why somebody acts for another organization: a code that every
// language has a word for, and what a human adds to it. Which codes there are and
// how long a note may be is for the context that keeps them.
type Reason struct {
	Code string // such as "lost"; "" = none given
	Note string // free text; it may be about a person, so the journal never sees it
}

// Because returns a copy of a that says why it acts.
func (a Actor) Because(r Reason) Actor {
	a.Reason = r
	return a
}

// Asking returns a copy of a that only asks what would happen, if yes. A preview
// needs no reason and uses up no Idempotency-Key.
func (a Actor) Asking(yes bool) Actor {
	if a.Preview = a.Preview || yes; a.Preview {
		a.Retry = Retry{}
	}
	return a
}

// Retry is what identifies one repeatable request of a caller.
type Retry struct {
	Key   string   // the caller's Idempotency-Key, 1 to 255 bytes; "" = none
	Route string   // pattern of the route, so that one key may serve two routes
	Body  [32]byte // SHA-256 of the body; another body under the same key is refused
}

// System returns the server acting for itself inside one publisher: every
// permission but PublisherManage, on the whole tree.
func System(p PublisherID) Actor {
	return Actor{Kind: KindSystem, Publisher: p, ID: "system", Perms: All().Without(PublisherManage)}
}

// Installation returns the administrator at the server's console: the only
// actor that may create publishers. Use In to let it act inside one.
func Installation() Actor {
	return Actor{Kind: KindSystem, ID: "installation", Perms: All()}
}

// Anonymous returns a caller of whom nothing but the address is known.
func Anonymous(addr netip.Addr) Actor {
	return Actor{Kind: KindAnonymous, ID: "anonymous", Addr: addr}
}

// Bearer returns the holder of a ticket, key or container: it has a pseudonym
// and a place (the organization that the thing belongs to) but no permissions;
// what it may do follows from what it holds, and the doors of package license
// decide that.
func Bearer(kind Kind, p PublisherID, org OrgID, id string, addr netip.Addr) Actor {
	return Actor{Kind: kind, Publisher: p, Org: org, ID: id, Addr: addr}
}

// In returns the installation's administrator acting inside publisher p. For
// every other actor it returns the actor unchanged: nobody else changes tenant.
func (a Actor) In(p PublisherID) Actor {
	if a.Kind == KindSystem && a.Publisher.IsZero() {
		a.Publisher = p
	}
	return a
}

// With returns a copy of a that carries the Idempotency-Key r.
func (a Actor) With(r Retry) Actor {
	a.Retry = r
	return a
}

// Whole reports whether the scope is all of the publisher without looking at
// the tree: true for system actors only. A person or key of the root
// organization also reaches everything; Gate.Check knows that.
func (a Actor) Whole() bool { return a.whole() }

func (a *Actor) whole() bool { return a.Kind == KindSystem && a.Org.IsZero() }

// IsInstallation reports whether a is the administrator of the installation.
func (a Actor) IsInstallation() bool {
	return a.Kind == KindSystem && a.Perms.Has(PublisherManage)
}

// signedIn reports whether anybody stands behind a at all.
func (a *Actor) signedIn() bool { return a.Kind != "" && a.Kind != KindAnonymous }

// pseudonym returns the name that the journal keeps; never empty.
func (a *Actor) pseudonym() string {
	if a.ID == "" {
		return string(KindAnonymous)
	}
	return a.ID
}

// SignedIn reports whether anybody stands behind a at all.
func (a Actor) SignedIn() bool { return a.signedIn() }
