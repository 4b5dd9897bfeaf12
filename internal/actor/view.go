package actor

// View is one publisher's tree at one moment, for many checks in a row: a
// many-form door asks the Gate for it once per transaction. The zero View knows
// no organization.
type View struct {
	publisher PublisherID
	f         *forest
}

// Check is Gate.Check against this view.
func (v View) Check(by Actor, perm Permission, org OrgID) error {
	return v.check(&by, perm, org)
}

// check takes a pointer because an Actor is large and this is the hottest rule.
func (v View) check(by *Actor, perm Permission, org OrgID) error {
	switch {
	case !by.signedIn():
		return ErrSignIn
	case !v.sees(by, org):
		return ErrNotFound
	case !v.effective(by).Has(perm):
		return Denied(perm)
	}
	return nil
}

// Sees reports whether org is inside the scope of by; a zero org means the
// publisher as a whole.
func (v View) Sees(by Actor, org OrgID) bool { return v.sees(&by, org) }

func (v View) sees(by *Actor, org OrgID) bool {
	if v.f == nil || by.Publisher != v.publisher || !by.signedIn() {
		return false
	}
	if org.IsZero() {
		org = v.f.root
	}
	if by.whole() {
		return v.f.has(org)
	}
	return v.f.below(org, by.Org)
}

// Effective returns the permissions that by really has: those it carries, as
// far as every organization from its own up to the root allows them now.
func (v View) Effective(by Actor) Set { return v.effective(&by) }

func (v View) effective(by *Actor) Set {
	if v.f == nil || by.whole() {
		return by.Perms
	}
	return by.Perms.And(v.f.ceiling(by.Org))
}

// Below reports whether d is a or stands below it.
func (v View) Below(d, a OrgID) bool { return v.f != nil && v.f.below(d, a) }

// Root returns the publisher's own organization, zero in the zero View.
func (v View) Root() OrgID {
	if v.f == nil {
		return OrgID{}
	}
	return v.f.root
}

// Depth returns the level of org: 1 for the root, 0 for unknown organizations.
func (v View) Depth(org OrgID) int {
	n := 0
	for v.f != nil && !org.IsZero() {
		up, ok := v.f.parent(org)
		if !ok {
			return 0
		}
		org = up
		n++
	}
	return n
}

// Path returns org and the organizations above it up to the root; nil for unknown
// ones.
func (v View) Path(org OrgID) (out []OrgID) {
	for v.f != nil && !org.IsZero() {
		up, ok := v.f.parent(org)
		if !ok {
			return nil
		}
		out, org = append(out, org), up
	}
	return out
}

// Subtree returns org and everything below it, in no particular order.
func (v View) Subtree(org OrgID) []OrgID {
	if v.f == nil {
		return nil
	}
	return v.f.subtree(org)
}

// Ceiling returns what org and the organizations above it leave of all
// permissions.
func (v View) Ceiling(org OrgID) Set {
	if v.f == nil {
		return Set{}
	}
	return v.f.ceiling(org)
}
