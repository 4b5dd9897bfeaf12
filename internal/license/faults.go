package license

import (
	"errors"

	"github.com/licet/licet/internal/fault"
)

// What a bearer or a container may be refused.
var (
	ErrCode             = fault.New(fault.Invalid, "license.code_typo")          // kind, got, want, pos, symbol
	ErrUnknownCode      = fault.New(fault.NotFound, "license.unknown_code")      // the same for unknown and foreign codes
	ErrUnknownPairing   = fault.New(fault.NotFound, "license.unknown_pairing")   // the same for unknown, used, expired and foreign ones
	ErrTooManyPairings  = fault.New(fault.Limited, "license.too_many_pairings")  //
	ErrTooManyTries     = fault.New(fault.Limited, "license.too_many_tries")     //
	ErrTooOften         = fault.New(fault.Limited, "license.too_often")          // limit
	ErrTicketBlocked    = fault.New(fault.Conflict, "license.ticket_blocked")    //
	ErrTicketExpired    = fault.New(fault.Expired, "license.ticket_expired")     // last
	ErrTicketMerged     = fault.New(fault.Conflict, "license.ticket_merged")     //
	ErrTicketInto       = fault.New(fault.Conflict, "license.ticket_into")       // hint
	ErrTicketReversed   = fault.New(fault.Conflict, "license.ticket_reversed")   //
	ErrLicenseBlocked   = fault.New(fault.Conflict, "license.blocked")           //
	ErrLicenseReplaced  = fault.New(fault.Conflict, "license.replaced")          //
	ErrLicenseRecalled  = fault.New(fault.Conflict, "license.recalled")          //
	ErrLicenseExpired   = fault.New(fault.Expired, "license.expired")            // last
	ErrNotYet           = fault.New(fault.Conflict, "license.not_yet")           // from
	ErrNoSeat           = fault.New(fault.Exhausted, "license.no_seat")          // limit, used, free, value
	ErrLent             = fault.New(fault.Conflict, "license.lent")              // last
	ErrNotLent          = fault.New(fault.Conflict, "license.not_lent")          //
	ErrLentOut          = fault.New(fault.Exhausted, "license.lent_out")         // limit, lent, value
	ErrLentUntil        = fault.New(fault.Invalid, "license.lent_until")         // value, last, limit
	ErrUsedUp           = fault.New(fault.Exhausted, "license.used_up")          //
	ErrRedeemed         = fault.New(fault.Exhausted, "license.redeemed")         // limit, used, free
	ErrNoBase           = fault.New(fault.Conflict, "license.no_base")           // article, targets
	ErrBaseWhich        = fault.New(fault.Invalid, "license.base_which")         // article, count, choices
	ErrChangesOnly      = fault.New(fault.Conflict, "license.changes_only")      //
	ErrNotCounted       = fault.New(fault.Conflict, "license.not_counted")       //
	ErrNoUnits          = fault.New(fault.Exhausted, "license.no_units")         // value, left
	ErrNonceUsed        = fault.New(fault.Conflict, "license.nonce_used")        // units, value
	ErrOtherProduct     = fault.New(fault.Conflict, "license.other_product")     // product, value
	ErrContainerKind    = fault.New(fault.Conflict, "license.container_kind")    // value, allowed
	ErrOnlineOnly       = fault.New(fault.Conflict, "license.online_only")       // article
	ErrContainerFull    = fault.New(fault.Exhausted, "license.container_full")   // limit
	ErrTrialUsed        = fault.New(fault.Exhausted, "license.trial_used")       //
	ErrFingerprint      = fault.New(fault.Invalid, "license.no_fingerprint")     //
	ErrOtherMachine     = fault.New(fault.Conflict, "license.other_machine")     // common, limit
	ErrNotWanted        = fault.New(fault.NotFound, "license.not_in_ticket")     // value
	ErrNoRestore        = fault.New(fault.Exhausted, "license.no_restore")       //
	ErrRestoreWait      = fault.New(fault.Exhausted, "license.restore_wait")     // limit, used, next
	ErrReturning        = fault.New(fault.Conflict, "license.returning")         //
	ErrRestoreWhich     = fault.New(fault.Invalid, "license.restore_which")      // count
	ErrNotLost          = fault.New(fault.Conflict, "license.not_lost")          //
	ErrClock            = fault.New(fault.Invalid, "license.clock_off")          // value, now, limit
	ErrMessage          = fault.New(fault.Invalid, "license.bad_message")        //
	ErrSignature        = fault.New(fault.Invalid, "license.bad_signature")      //
	ErrUnknownContainer = fault.New(fault.NotFound, "license.unknown_container") //
	ErrSuspect          = fault.New(fault.Conflict, "license.suspect")           // reason
	ErrContainerBlocked = fault.New(fault.Conflict, "license.container_blocked") //
	ErrOldCounter       = fault.New(fault.Stale, "license.old_counter")          // value
	ErrGeneration       = fault.New(fault.Conflict, "license.wrong_generation")  // value, gen
	ErrNoBlockList      = fault.New(fault.NotFound, "license.no_block_list")     //
	ErrTypedTypo        = fault.New(fault.Invalid, "license.typed_typo")         // group, kind, got, want
	ErrTypedRequest     = fault.New(fault.Invalid, "license.typed_request")      //
	ErrTypedWhich       = fault.New(fault.Invalid, "license.typed_which")        // count
	ErrNotTyped         = fault.New(fault.Conflict, "license.not_typed")         //
	ErrAnswerGone       = fault.New(fault.Expired, "license.answer_gone")        //
)

// What is refused about cases.
var (
	ErrContainerReplaced = fault.New(fault.Conflict, "license.container_replaced") //
	ErrCaseOpen          = fault.New(fault.Conflict, "license.case_open")          // case
	ErrCaseDecided       = fault.New(fault.Conflict, "license.case_decided")       // decision, at
	ErrCaseReason        = fault.New(fault.Invalid, "license.case_reason")         // limit
)

// What staff and other packages may be refused.
var (
	ErrNotFound        = fault.New(fault.NotFound, "license.not_found")
	ErrTicketState     = fault.New(fault.Conflict, "license.ticket_state")     // state
	ErrLicenseState    = fault.New(fault.Conflict, "license.license_state")    // state
	ErrContainerState  = fault.New(fault.Conflict, "license.container_state")  // state
	ErrActivationState = fault.New(fault.Conflict, "license.activation_state") // state
	ErrBadQuantity     = fault.New(fault.Invalid, "license.bad_quantity")      // value, limit
	ErrLowerTooMuch    = fault.New(fault.Conflict, "license.lower_too_much")   // value, limit
	ErrNoLine          = fault.New(fault.NotFound, "license.no_line")          //
	ErrHasChanges      = fault.New(fault.Conflict, "license.has_changes")      //
	ErrHasUnits        = fault.New(fault.Conflict, "license.has_units")        // value
	ErrHasSeveral      = fault.New(fault.Conflict, "license.has_several")      // count
	ErrSplitAll        = fault.New(fault.Conflict, "license.split_all")        // value, limit
	ErrMergeSelf       = fault.New(fault.Invalid, "license.merge_self")        //
	ErrMergeDiffers    = fault.New(fault.Conflict, "license.merge_differs")    // what
	ErrInMotion        = fault.New(fault.Conflict, "license.in_motion")        // count
	ErrBadTransfer     = fault.New(fault.Invalid, "license.bad_transfer")      // value
	ErrTransferSelf    = fault.New(fault.Conflict, "license.transfer_self")    //
	ErrOrgClosed       = fault.New(fault.Conflict, "license.transfer_closed")  //
	ErrReplaceChange   = fault.New(fault.Conflict, "license.replace_change")   //
	ErrNoMove          = fault.New(fault.Conflict, "license.no_move")          //
	ErrBadExtension    = fault.New(fault.Invalid, "license.bad_extension")     // value, last
	ErrNoEnd           = fault.New(fault.Conflict, "license.no_end")           //
	ErrNoCode          = fault.New(fault.NotFound, "license.code_not_kept")    //
	ErrNothing         = fault.New(fault.Invalid, "license.nothing_chosen")    // limit
	ErrReason          = fault.New(fault.Invalid, "license.bad_reason")        // value
	ErrNoReason        = fault.New(fault.Invalid, "license.reason_missing")    // choices
	ErrUnknownReason   = fault.New(fault.Invalid, "license.reason_unknown")    // choices
	ErrNote            = fault.New(fault.Invalid, "license.reason_note")       // limit, value, least
	ErrCursor          = fault.New(fault.Invalid, "license.bad_cursor")        //
	ErrBadDecision     = fault.New(fault.Invalid, "license.bad_decision")      // value, allowed
	ErrEligibility     = fault.New(fault.Invalid, "license.bad_eligibility")   // limit
	ErrNotAcademic     = fault.New(fault.Conflict, "license.not_academic")     //
	ErrUnsignable      = fault.New(fault.Invalid, "license.unsignable")        // value, claim
	ErrZone            = fault.New(fault.Internal, "license.bad_zone")         // value
)

// errLateReceipt is a receipt that an answered request has overtaken: nothing is
// left to do. It never leaves the package.
var errLateReceipt = errors.New("license: a receipt that was overtaken")
