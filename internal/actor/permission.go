package actor

import (
	"encoding/json"
	"math/bits"
	"slices"
	"strings"
)

// Permission is one described right, "thing.verb". Names are public and stable.
type Permission string

// The permissions. Their meaning in both languages is in Permissions.
const (
	OrgRead         Permission = "org.read"
	OrgWrite        Permission = "org.write"
	MemberManage    Permission = "member.manage"
	KeyManage       Permission = "key.manage"
	CatalogRead     Permission = "catalog.read"
	CatalogWrite    Permission = "catalog.write"
	OrderRead       Permission = "order.read"
	OrderWrite      Permission = "order.write"
	TicketRead      Permission = "ticket.read"
	TicketReveal    Permission = "ticket.reveal"
	TicketBlock     Permission = "ticket.block"
	LicenseRead     Permission = "license.read"
	LicenseWrite    Permission = "license.write"
	LicenseRecall   Permission = "license.recall"
	LicenseRestore  Permission = "license.restore"
	ContainerRead   Permission = "container.read"
	ContainerEvict  Permission = "container.evict"
	LeaseRead       Permission = "lease.read"
	LeaseRelease    Permission = "lease.release"
	CaseRead        Permission = "case.read"
	CaseDecide      Permission = "case.decide"
	LeaseReserve    Permission = "lease.reserve"
	JournalRead     Permission = "journal.read"
	WebhookManage   Permission = "webhook.manage"
	JobRead         Permission = "job.read"
	JobRetry        Permission = "job.retry"
	KeyringManage   Permission = "keyring.manage"
	PublisherManage Permission = "publisher.manage"
	SupportRead     Permission = "support.read"
	UsageRead       Permission = "usage.read"
	CloudManage     Permission = "cloud.manage"
	UsageChoose     Permission = "usage.choose"
)

// PermissionInfo describes a permission to the person who hands it on.
type PermissionInfo struct {
	Name   Permission
	EN, DE string
}

// infos is the one table of permissions. Its order is the bit order of Set and
// is never stored; roles and keys store names.
var infos = []PermissionInfo{
	{OrgRead, "See organizations of the subtree", "Organisationen des Teilbaums sehen"},
	{OrgWrite, "Create, rename, move and close organizations", "Organisationen anlegen, umbenennen, verschieben und schließen"},
	{MemberManage, "Add and remove members, define roles, erase persons", "Mitglieder aufnehmen und entfernen, Rollen festlegen, Personen löschen"},
	{KeyManage, "Create and revoke API keys", "API-Schlüssel anlegen und widerrufen"},
	{CatalogRead, "See products, articles and prices", "Produkte, Artikel und Preise sehen"},
	{CatalogWrite, "Change products, articles, prices and license models", "Produkte, Artikel, Preise und Lizenzmodelle ändern"},
	{OrderRead, "See orders", "Aufträge sehen"},
	{OrderWrite, "Send, change and reverse orders", "Aufträge senden, ändern und stornieren"},
	{TicketRead, "See tickets, without their codes", "Tickets sehen, ohne ihre Codes"},
	{TicketReveal, "See and print ticket codes", "Ticketcodes sehen und drucken"},
	{TicketBlock, "Block and unblock tickets", "Tickets sperren und entsperren"},
	{LicenseRead, "See licenses and activations", "Lizenzen und Aktivierungen sehen"},
	{LicenseWrite, "Extend, block, return, move, split, merge and transfer licenses", "Lizenzen verlängern, sperren, zurückgeben, umziehen, teilen, zusammenlegen und übertragen"},
	{LicenseRecall, "Recall and replace licenses", "Lizenzen zurückrufen und ersetzen"},
	{LicenseRestore, "Restore a lost activation on the holder's behalf", "Verlorene Aktivierung im Namen des Inhabers wiederherstellen"},
	{ContainerRead, "See devices and containers", "Geräte und Lizenzcontainer sehen"},
	{ContainerEvict, "Evict a lost device", "Verlorenes Gerät entfernen"},
	{LeaseRead, "See who uses floating licenses", "Sehen, wer Netzwerklizenzen benutzt"},
	{LeaseRelease, "End somebody's use of a floating license", "Jemandes Nutzung einer Netzwerklizenz beenden"},
	{CaseRead, "See anomalies, and what was found about copied or restored devices", "Auffälligkeiten sehen, und was über kopierte oder zurückgesetzte Geräte gefunden wurde"},
	{CaseDecide, "Decide what becomes of a device that looks like a copy", "Entscheiden, was mit einem Gerät geschieht, das wie eine Kopie aussieht"},
	{LeaseReserve, "Keep places of floating licenses for somebody", "Plätze von Netzwerklizenzen für jemanden freihalten"},
	{JournalRead, "Read the journal", "Das Journal lesen"},
	{WebhookManage, "Set up webhooks", "Webhooks einrichten"},
	{JobRead, "See jobs and their progress", "Aufgaben und ihren Fortschritt sehen"},
	{JobRetry, "Start failed jobs again", "Gescheiterte Aufgaben neu starten"},
	{KeyringManage, "Make, rotate and revoke signing keys", "Signaturschlüssel erzeugen, wechseln und widerrufen"},
	{PublisherManage, "Create publishers (administrator of the installation)", "Hersteller anlegen (Administrator der Installation)"},
	{SupportRead, "Look up tickets, licenses and devices for support", "Tickets, Lizenzen und Geräte für den Support nachschlagen"},
	{CloudManage, "Make, supply and close cloud containers of persons and services", "Cloud-Container von Personen und Diensten anlegen, ausstatten und schließen"},
	{UsageRead, "See how much programs are used", "Sehen, wie viel Programme benutzt werden"},
	{UsageChoose, "Switch update notices and usage reports on and off", "Update-Hinweise und Nutzungsberichte ein- und ausschalten"},
}

var bitOf = func() map[Permission]uint {
	m := make(map[Permission]uint, len(infos))
	for i, p := range infos {
		m[p.Name] = uint(i)
	}
	return m
}()

// Permissions returns every permission with its description, in a fixed order.
func Permissions() []PermissionInfo { return slices.Clone(infos) }

// Set is a set of permissions. The zero Set is empty. Sets compare with ==.
type Set struct{ bits uint64 }

// NewSet returns the set of the given permissions; unknown names are left out
// (ParseSet refuses them).
func NewSet(ps ...Permission) Set {
	var s Set
	for _, p := range ps {
		if b, ok := bitOf[p]; ok {
			s.bits |= 1 << b
		}
	}
	return s
}

// All returns the set of every permission.
func All() Set { return Set{1<<uint(len(infos)) - 1} }

// ParseSet returns the set of the named permissions, or ErrUnknownPermission.
func ParseSet(names []string) (Set, error) {
	var s Set
	for _, n := range names {
		b, ok := bitOf[Permission(n)]
		if !ok {
			return Set{}, unknownPermission(n)
		}
		s.bits |= 1 << b
	}
	return s, nil
}

// Has reports whether p is in s.
func (s Set) Has(p Permission) bool {
	b, ok := bitOf[p]
	return ok && s.bits&(1<<b) != 0
}

// Subset reports whether every permission of s is in other.
func (s Set) Subset(other Set) bool { return s.bits&^other.bits == 0 }

// And returns the permissions that are in both.
func (s Set) And(other Set) Set { return Set{s.bits & other.bits} }

// Or returns the permissions that are in either.
func (s Set) Or(other Set) Set { return Set{s.bits | other.bits} }

// Minus returns the permissions of s that are not in other.
func (s Set) Minus(other Set) Set { return Set{s.bits &^ other.bits} }

// Without returns s without the given permissions.
func (s Set) Without(ps ...Permission) Set { return s.Minus(NewSet(ps...)) }

// IsEmpty reports whether s has no permission.
func (s Set) IsEmpty() bool { return s.bits == 0 }

// Len returns the number of permissions in s.
func (s Set) Len() int { return bits.OnesCount64(s.bits) }

// List returns the permissions of s in the order of Permissions.
func (s Set) List() []Permission {
	out := make([]Permission, 0, s.Len())
	for b := s.bits; b != 0; b &= b - 1 {
		out = append(out, infos[bits.TrailingZeros64(b)].Name)
	}
	return out
}

// Strings returns the names of the permissions of s in the order of Permissions.
func (s Set) Strings() []string {
	out := make([]string, 0, s.Len())
	for _, p := range s.List() {
		out = append(out, string(p))
	}
	return out
}

// String returns the names joined by commas, for logs.
func (s Set) String() string { return strings.Join(s.Strings(), ",") }

// MarshalJSON writes the set as a list of names.
func (s Set) MarshalJSON() ([]byte, error) { return json.Marshal(s.Strings()) }

// UnmarshalJSON reads a list of names; an unknown one is ErrUnknownPermission.
func (s *Set) UnmarshalJSON(b []byte) error {
	var names []string
	if err := json.Unmarshal(b, &names); err != nil {
		return err
	}
	got, err := ParseSet(names)
	if err != nil {
		return err
	}
	*s = got
	return nil
}
