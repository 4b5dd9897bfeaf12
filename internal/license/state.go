package license

import "slices"

// TicketState is the stored state of a ticket.
type TicketState string

// The states of a ticket. Whether it is used up is derived from its licenses.
const (
	TicketIssued   TicketState = "issued"
	TicketBlocked  TicketState = "blocked"
	TicketReversed TicketState = "reversed" // the sale was undone; final
	TicketExpired  TicketState = "expired"  // its time is over; final
	TicketMerged   TicketState = "merged"   // went into another ticket; final
)

// Block refuses the ticket until Unblock. A blocked ticket stays blocked. It
// returns ErrTicketState from a final state.
func (s TicketState) Block() (TicketState, error) {
	return s.step(TicketBlocked, TicketIssued, TicketBlocked)
}

// Unblock lifts a block. It returns ErrTicketState from a final state.
func (s TicketState) Unblock() (TicketState, error) {
	return s.step(TicketIssued, TicketBlocked, TicketIssued)
}

// Reverse undoes the sale. It returns ErrTicketState for a merged ticket.
func (s TicketState) Reverse() (TicketState, error) {
	return s.step(TicketReversed, TicketIssued, TicketBlocked, TicketExpired, TicketReversed)
}

// Expire ends an unredeemed ticket by date. It returns ErrTicketState for a
// reversed or merged one.
func (s TicketState) Expire() (TicketState, error) {
	return s.step(TicketExpired, TicketIssued, TicketBlocked, TicketExpired)
}

// Merge closes the ticket in favor of another. It returns ErrTicketState unless
// the ticket is issued.
func (s TicketState) Merge() (TicketState, error) {
	return s.step(TicketMerged, TicketIssued)
}

// Open returns nil when licenses may be collected with the ticket, else the
// refusal that its bearer sees.
func (s TicketState) Open() error {
	switch s {
	case TicketIssued:
		return nil
	case TicketBlocked:
		return ErrTicketBlocked
	case TicketExpired:
		return ErrTicketExpired
	case TicketMerged:
		return ErrTicketMerged
	default:
		return ErrTicketReversed
	}
}

func (s TicketState) step(to TicketState, from ...TicketState) (TicketState, error) {
	if slices.Contains(from, s) {
		return to, nil
	}
	return s, ErrTicketState.With("state", string(s))
}

// LicenseState is the stored state of a license.
type LicenseState string

// The states of a license. Used up and expired are derived.
const (
	LicenseAvailable     LicenseState = "available"
	LicenseBlocked       LicenseState = "blocked"
	LicenseRecallPending LicenseState = "recall_pending" // some container still holds it
	LicenseRecalled      LicenseState = "recalled"       // final
	LicenseReplaced      LicenseState = "replaced"       // has a successor; final
)

// Block refuses the license at the next contact, until Unblock. It returns
// ErrLicenseState when the license is being recalled or gone.
func (s LicenseState) Block() (LicenseState, error) {
	return s.step(LicenseBlocked, LicenseAvailable, LicenseBlocked)
}

// Unblock lifts a block. It returns ErrLicenseState when the license is being
// recalled or gone.
func (s LicenseState) Unblock() (LicenseState, error) {
	return s.step(LicenseAvailable, LicenseBlocked, LicenseAvailable)
}

// Recall takes the license back; with inUse some container still has to
// remove it. It returns ErrLicenseState for a replaced license.
func (s LicenseState) Recall(inUse bool) (LicenseState, error) {
	if s == LicenseRecalled {
		return s, nil
	}
	to := LicenseRecalled
	if inUse {
		to = LicenseRecallPending
	}
	return s.step(to, LicenseAvailable, LicenseBlocked, LicenseRecallPending)
}

// Replace closes the license in favor of its successor. It returns
// ErrLicenseState when the license is gone already.
func (s LicenseState) Replace() (LicenseState, error) {
	return s.step(LicenseReplaced, LicenseAvailable, LicenseBlocked, LicenseRecallPending)
}

// Open returns nil when the license may be placed in a container, else the
// refusal that its bearer sees.
func (s LicenseState) Open() error {
	switch s {
	case LicenseAvailable:
		return nil
	case LicenseBlocked:
		return ErrLicenseBlocked
	case LicenseReplaced:
		return ErrLicenseReplaced
	default:
		return ErrLicenseRecalled
	}
}

func (s LicenseState) step(to LicenseState, from ...LicenseState) (LicenseState, error) {
	if slices.Contains(from, s) {
		return to, nil
	}
	return s, ErrLicenseState.With("state", string(s))
}

// ContainerState is the stored state of a container.
type ContainerState string

// The states of a container.
const (
	ContainerActive  ContainerState = "active"
	ContainerSuspect ContainerState = "suspect" // a copy was seen; a human decides
	ContainerBlocked ContainerState = "blocked" // refused until a human lifts it
)

// Suspect marks a copied or turned-back container. A blocked one stays blocked.
func (s ContainerState) Suspect() ContainerState {
	if s == ContainerBlocked {
		return s
	}
	return ContainerSuspect
}

// Accept trusts the container again. It returns ErrContainerState for an
// active one: there is nothing to decide.
func (s ContainerState) Accept() (ContainerState, error) {
	if s == ContainerActive {
		return s, ErrContainerState.With("state", string(s))
	}
	return ContainerActive, nil
}

// Block refuses the container from now on. It never fails.
func (s ContainerState) Block() ContainerState { return ContainerBlocked }

// Open returns nil when the container's messages are heard.
func (s ContainerState) Open() error {
	switch s {
	case ContainerActive:
		return nil
	case ContainerBlocked:
		return ErrContainerBlocked
	default:
		return ErrSuspect
	}
}
