package org

import (
	"slices"

	"github.com/licet/licet/internal/actor"
)

// Kind is what an organization is to its publisher.
type Kind string

// The kinds of organizations.
const (
	KindPublisher Kind = "publisher" // the root; exactly one per publisher
	KindReseller  Kind = "reseller"
	KindCustomer  Kind = "customer"
	KindUnit      Kind = "unit" // a department or site of a customer or reseller
)

// MaxDepth is how many levels a tree may have, the root included.
const MaxDepth = 32

// under says which kinds may stand directly below a kind.
var under = map[Kind][]Kind{
	KindPublisher: {KindReseller, KindCustomer, KindUnit},
	KindReseller:  {KindReseller, KindCustomer, KindUnit},
	KindCustomer:  {KindUnit},
	KindUnit:      {KindUnit},
}

// Under reports whether an organization of kind k may stand below parent.
func (k Kind) Under(parent Kind) bool { return slices.Contains(under[parent], k) }

// ceilings is what each kind may do at most. A kind that may stand below another
// never has more than that one.
var ceilings = map[Kind]actor.Set{
	KindPublisher: actor.All().Without(actor.PublisherManage),
	KindReseller: actor.NewSet(actor.OrgRead, actor.OrgWrite, actor.MemberManage, actor.KeyManage,
		actor.CatalogRead, actor.OrderRead, actor.OrderWrite, actor.TicketRead, actor.TicketReveal,
		actor.TicketBlock, actor.LicenseRead, actor.LicenseWrite, actor.LicenseRestore,
		actor.ContainerRead, actor.ContainerEvict, actor.LeaseRead, actor.LeaseRelease, actor.LeaseReserve, actor.CaseRead, actor.WebhookManage, actor.JobRead, actor.JobRetry, actor.SupportRead,
		actor.UsageRead, actor.UsageChoose, actor.CloudManage),
	KindCustomer: actor.NewSet(actor.OrgRead, actor.OrgWrite, actor.MemberManage, actor.KeyManage,
		actor.CatalogRead, actor.OrderRead, actor.TicketRead, actor.TicketReveal, actor.LicenseRead,
		actor.ContainerRead, actor.ContainerEvict, actor.LeaseRead, actor.LeaseRelease, actor.LeaseReserve, actor.CaseRead, actor.WebhookManage, actor.JobRead,
		actor.UsageRead, actor.UsageChoose, actor.CloudManage),
	KindUnit: actor.NewSet(actor.OrgRead, actor.MemberManage, actor.CatalogRead, actor.OrderRead,
		actor.TicketRead, actor.TicketReveal, actor.LicenseRead, actor.ContainerRead,
		actor.ContainerEvict, actor.LeaseRead, actor.LeaseRelease, actor.LeaseReserve, actor.JobRead, actor.UsageRead, actor.UsageChoose, actor.CloudManage),
}

// KindCeiling returns the permissions that members and keys of an organization
// of kind k can have at most; none for an unknown kind.
func KindCeiling(k Kind) actor.Set { return ceilings[k] }

// PriceClass says which of an article's dated prices an organization pays.
type PriceClass string

// The price classes.
const (
	PriceList     PriceClass = "list"
	PriceReseller PriceClass = "reseller"
	PriceAcademic PriceClass = "academic"
	PriceFree     PriceClass = "free"
)

// Valid reports whether c is one of the price classes.
func (c PriceClass) Valid() bool {
	return slices.Contains([]PriceClass{PriceList, PriceReseller, PriceAcademic, PriceFree}, c)
}

// Billing says how an organization is charged.
type Billing string

// The billing modes.
const (
	BillOrder   Billing = "order"   // each order by itself
	BillMonthly Billing = "monthly" // one collective statement per month
	BillYearly  Billing = "yearly"  // one statement per contract year
)

// Valid reports whether b is one of the billing modes.
func (b Billing) Valid() bool {
	return slices.Contains([]Billing{BillOrder, BillMonthly, BillYearly}, b)
}
