package org

import "github.com/licet/licet/internal/fault"

// The refusals of this package. What is not there, foreign, or not allowed is
// refused with the faults of package actor.
var (
	// ErrBadSlug: a publisher's slug has the wrong form (argument "slug").
	ErrBadSlug = fault.New(fault.Invalid, "org.bad_slug")
	// ErrSlugTaken: another publisher has that slug.
	ErrSlugTaken = fault.New(fault.Conflict, "org.slug_taken")
	// ErrBadTimeZone: not an IANA time zone.
	ErrBadTimeZone = fault.New(fault.Invalid, "org.bad_time_zone")
	// ErrBadLanguage: neither de nor en.
	ErrBadLanguage = fault.New(fault.Invalid, "org.bad_language")
	// ErrBadCurrency: not three capital letters.
	ErrBadCurrency = fault.New(fault.Invalid, "org.bad_currency")
	// ErrBadDataLevel: none of number, contact, address.
	ErrBadDataLevel = fault.New(fault.Invalid, "org.bad_data_level")

	// ErrBadKind: the kind may not stand below its parent (arguments kind, parent).
	ErrBadKind = fault.New(fault.Invalid, "org.bad_kind")
	// ErrBadNumber: a number is empty, too long or does not print.
	ErrBadNumber = fault.New(fault.Invalid, "org.bad_number", "max", MaxNumber)
	// ErrBadName: a name is empty, too long or does not print.
	ErrBadName = fault.New(fault.Invalid, "org.bad_name", "max", MaxName)
	// ErrNameNotKept: the publisher holds numbers only.
	ErrNameNotKept = fault.New(fault.Invalid, "org.name_not_kept")
	// ErrBadPriceClass: none of the price classes.
	ErrBadPriceClass = fault.New(fault.Invalid, "org.bad_price_class")
	// ErrPriceClass: only the publisher gives that price class.
	ErrPriceClass = fault.New(fault.Denied, "org.price_class")
	// ErrBadBilling: none of the billing modes.
	ErrBadBilling = fault.New(fault.Invalid, "org.bad_billing")
	// ErrNumberTaken: another organization of the publisher has that number.
	ErrNumberTaken = fault.New(fault.Conflict, "org.number_taken")
	// ErrNotCustomer: the organization of that number is no customer.
	ErrNotCustomer = fault.New(fault.Conflict, "org.not_customer")
	// ErrClosed: the organization is closed (argument number).
	ErrClosed = fault.New(fault.Conflict, "org.closed")
	// ErrNotClosed: the organization is open already.
	ErrNotClosed = fault.New(fault.Conflict, "org.not_closed")
	// ErrRoot: the publisher's own organization is neither moved nor closed.
	ErrRoot = fault.New(fault.Conflict, "org.is_root")
	// ErrHasChildren: open organizations stand below (argument number).
	ErrHasChildren = fault.New(fault.Conflict, "org.has_children")
	// ErrCycle: an organization cannot stand below itself.
	ErrCycle = fault.New(fault.Conflict, "org.cycle")
	// ErrTooDeep: the tree would have too many levels.
	ErrTooDeep = fault.New(fault.Conflict, "org.too_deep", "max", MaxDepth)
	// ErrStale: the revision that the caller saw is not the current one.
	ErrStale = fault.New(fault.Stale, "org.stale")

	// ErrBeyondOwn: somebody hands on permissions that they do not hold.
	ErrBeyondOwn = fault.New(fault.Denied, "org.beyond_own")
	// ErrBeyondKind: the kind of organization may never have the permissions.
	ErrBeyondKind = fault.New(fault.Invalid, "org.beyond_kind")
	// ErrRoleKind: a built-in role is not meant for the kind of organization.
	ErrRoleKind = fault.New(fault.Invalid, "org.role_kind")
	// ErrBadRoleKey: a role's key has the wrong form.
	ErrBadRoleKey = fault.New(fault.Invalid, "org.bad_role_key")
	// ErrUnknownRole: no role of that key is usable here.
	ErrUnknownRole = fault.New(fault.Invalid, "org.unknown_role")
	// ErrRoleTaken: the key is a built-in role's or used already.
	ErrRoleTaken = fault.New(fault.Conflict, "org.role_taken")
	// ErrRoleInUse: members still have the role (argument role).
	ErrRoleInUse = fault.New(fault.Conflict, "org.role_in_use")
	// ErrBadEmail: not an e-mail address.
	ErrBadEmail = fault.New(fault.Invalid, "org.bad_email")
	// ErrMember: the person is a member of the organization already.
	ErrMember = fault.New(fault.Conflict, "org.already_member")

	// ErrBadExpiry: a key would have expired before it is made.
	ErrBadExpiry = fault.New(fault.Invalid, "org.bad_expiry")
	// ErrKeyOutlives: a key would outlive the key it is made with.
	ErrKeyOutlives = fault.New(fault.Denied, "org.key_outlives")
	// ErrNoPermissions: a key or role without any permission.
	ErrNoPermissions = fault.New(fault.Invalid, "org.no_permissions")
	// ErrBadToken: no live API key has that token.
	ErrBadToken = fault.New(fault.Unauthorized, "org.bad_token")
	// ErrTokenExpired: the API key has expired.
	ErrTokenExpired = fault.New(fault.Unauthorized, "org.token_expired")
	// ErrTooManyTries: too many wrong tokens from one address (argument seconds).
	ErrTooManyTries = fault.New(fault.Limited, "org.too_many_tries")
	// ErrBadPage: a page cursor is not one that was given out.
	ErrBadPage = fault.New(fault.Invalid, "org.bad_page")
)
