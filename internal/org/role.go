package org

import (
	"regexp"
	"slices"

	"github.com/licet/licet/internal/actor"
)

// Role is a named set of permissions: built in, or defined by an organization
// for its subtree.
type Role struct {
	Key         string    `json:"key"`          // unique in the publisher; what a membership names
	Org         ID        `json:"org,omitzero"` // who defined it; zero for built-in roles
	EN          string    `json:"name_en"`
	DE          string    `json:"name_de"`
	Kinds       []Kind    `json:"kinds,omitempty"` // where it may be given; empty = wherever it fits
	Permissions actor.Set `json:"permissions"`
	Rev         int64     `json:"rev,omitempty"` // 0 for built-in roles

	id RoleID
}

// The keys of the built-in roles.
const (
	RolePublisherAdmin = "publisher_admin"
	RoleOrderClerk     = "order_clerk"
	RoleSupport        = "support"
	RoleResellerAdmin  = "reseller_admin"
	RoleResellerUser   = "reseller_user"
	RoleCustomerAdmin  = "customer_admin"
	RoleCustomerUser   = "customer_user"
)

var builtIn = []Role{
	{
		Key: RolePublisherAdmin, EN: "Publisher administrator", DE: "Hersteller-Administrator",
		Kinds: []Kind{KindPublisher}, Permissions: ceilings[KindPublisher],
	},
	{
		Key: RoleOrderClerk, EN: "Order clerk (ERP)", DE: "Auftragsbearbeitung (ERP)",
		Kinds: []Kind{KindPublisher},
		Permissions: actor.NewSet(actor.OrgRead, actor.OrgWrite, actor.CatalogRead, actor.OrderRead,
			actor.OrderWrite, actor.TicketRead, actor.TicketReveal, actor.JobRead, actor.JobRetry),
	},
	{
		Key: RoleSupport, EN: "Support", DE: "Support",
		Kinds: []Kind{KindPublisher},
		Permissions: actor.NewSet(actor.OrgRead, actor.CatalogRead, actor.OrderRead, actor.TicketRead,
			actor.LicenseRead, actor.LicenseRestore, actor.ContainerRead, actor.ContainerEvict, actor.LeaseRead, actor.LeaseRelease, actor.LeaseReserve,
			actor.CaseRead, actor.CaseDecide, actor.JournalRead, actor.SupportRead),
	},
	{
		Key: RoleResellerAdmin, EN: "Reseller administrator", DE: "Reseller-Administrator",
		Kinds: []Kind{KindReseller}, Permissions: ceilings[KindReseller],
	},
	{
		Key: RoleResellerUser, EN: "Reseller user", DE: "Reseller-Benutzer",
		Kinds: []Kind{KindReseller},
		Permissions: actor.NewSet(actor.OrgRead, actor.OrgWrite, actor.CatalogRead, actor.OrderRead,
			actor.OrderWrite, actor.TicketRead, actor.TicketReveal, actor.LicenseRead, actor.ContainerRead),
	},
	{
		Key: RoleCustomerAdmin, EN: "Customer administrator", DE: "Kunden-Administrator",
		Kinds: []Kind{KindCustomer, KindUnit}, Permissions: ceilings[KindCustomer],
	},
	{
		Key: RoleCustomerUser, EN: "Customer user", DE: "Kunden-Benutzer",
		Kinds: []Kind{KindCustomer, KindUnit},
		Permissions: actor.NewSet(actor.OrgRead, actor.TicketRead, actor.LicenseRead,
			actor.ContainerRead),
	},
}

// BuiltInRoles returns the roles that every publisher has.
func BuiltInRoles() []Role { return slices.Clone(builtIn) }

// builtInRole returns the built-in role with that key.
func builtInRole(key string) (Role, bool) {
	i := slices.IndexFunc(builtIn, func(r Role) bool { return r.Key == key })
	if i < 0 {
		return Role{}, false
	}
	return builtIn[i], true
}

// at returns what the role gives in an organization of kind k.
func (r Role) at(k Kind) actor.Set { return r.Permissions.And(KindCeiling(k)) }

// fits refuses a role that is not meant for an organization of kind k.
func (r Role) fits(k Kind) error {
	if len(r.Kinds) > 0 {
		if slices.Contains(r.Kinds, k) {
			return nil
		}
		return ErrRoleKind.With("role", r.Key, "kind", string(k)).At("role")
	}
	return withinKind(r.Permissions, k)
}

// withinKind refuses permissions that no organization of kind k may have.
func withinKind(s actor.Set, k Kind) error {
	if over := s.Minus(KindCeiling(k)); !over.IsEmpty() {
		return ErrBeyondKind.With("permissions", over.String(), "kind", string(k)).At("permissions")
	}
	return nil
}

// handOn refuses permissions that the giver does not hold.
func handOn(give, held actor.Set) error {
	if over := give.Minus(held); !over.IsEmpty() {
		return ErrBeyondOwn.With("permissions", over.String()).At("permissions")
	}
	return nil
}

// grantable refuses a set that is empty, that an organization of kind k may never
// have, or that the giver does not hold.
func grantable(s actor.Set, k Kind, held actor.Set) error {
	if s.IsEmpty() {
		return ErrNoPermissions.At("permissions")
	}
	if err := withinKind(s, k); err != nil {
		return err
	}
	return handOn(s, held)
}

var roleKeyForm = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// NewRole is the input of DefineRole.
type NewRole struct {
	Org         ID        `json:"org,omitzero"` // default: the caller's own
	Key         string    `json:"key"`          // 2 to 40 of a-z, 0-9, _
	EN          string    `json:"name_en"`
	DE          string    `json:"name_de"`
	Permissions actor.Set `json:"permissions"`
}

func (n NewRole) clean() (NewRole, error) {
	if _, taken := builtInRole(n.Key); taken {
		return n, ErrRoleTaken.With("role", n.Key).At("key")
	}
	if !roleKeyForm.MatchString(n.Key) {
		return n, ErrBadRoleKey.With("role", n.Key).At("key")
	}
	var err error
	if n.EN, err = cleanName(n.EN, true); err != nil {
		return n, err
	}
	n.DE, err = cleanName(n.DE, true)
	return n, err
}
