package catalog

import "github.com/licet/licet/internal/fault"

// Refusals about an object as a whole.
var (
	// ErrNotFound: no such object here (object, key).
	ErrNotFound = fault.New(fault.NotFound, "catalog.not_found")
	// ErrArticleUnknown: an order names a number that the catalog does not have (number).
	ErrArticleUnknown = fault.New(fault.NotFound, "catalog.article_unknown")
	// ErrNotOffered: visitors cannot take this for trying, or not any more (number).
	ErrNotOffered = fault.New(fault.NotFound, "catalog.not_offered")
	// ErrRetired: the article, configuration or product is not sold any more (object, key).
	ErrRetired = fault.New(fault.Conflict, "catalog.retired")
	// ErrExists: the code or number is taken (object, key).
	ErrExists = fault.New(fault.Conflict, "catalog.exists")
	// ErrPrefixTaken: another product has this key prefix or one that reads like it (prefix, product).
	ErrPrefixTaken = fault.New(fault.Conflict, "catalog.prefix_taken")
	// ErrStale: the object was changed since it was read (object, key, rev, given).
	ErrStale = fault.New(fault.Stale, "catalog.stale")
	// ErrFixed: the field cannot be changed once the object is made (object, key, field, value).
	ErrFixed = fault.New(fault.Conflict, "catalog.fixed")
	// ErrInUse: an active article or configuration would not fit any more (object, key, because).
	ErrInUse = fault.New(fault.Conflict, "catalog.in_use")
)

// Refusals about single values.
var (
	// ErrCode: not a code (value).
	ErrCode = fault.New(fault.Invalid, "catalog.bad_code", "limit", maxCode)
	// ErrNumber: not an article number (value).
	ErrNumber = fault.New(fault.Invalid, "catalog.bad_number", "limit", maxNumber)
	// ErrPrefix: not a key prefix (value).
	ErrPrefix = fault.New(fault.Invalid, "catalog.bad_prefix")
	// ErrName: a name or title is missing in a language, or too long (language, limit).
	ErrName = fault.New(fault.Invalid, "catalog.bad_name", "limit", maxName)
	// ErrChoice: not one of the words allowed here (value, allowed).
	ErrChoice = fault.New(fault.Invalid, "catalog.bad_choice")
	// ErrRange: a number outside its bounds (value, min, max).
	ErrRange = fault.New(fault.Invalid, "catalog.out_of_range")
	// ErrTooMany: a list is too long (count, limit).
	ErrTooMany = fault.New(fault.Invalid, "catalog.too_many")
	// ErrTwice: a list names the same thing twice (value).
	ErrTwice = fault.New(fault.Invalid, "catalog.named_twice")
	// ErrUnknown: a reference to an object that is not there (object, value).
	ErrUnknown = fault.New(fault.Invalid, "catalog.unknown_reference")
	// ErrRetiredReference: a new reference to a retired object (object, value).
	ErrRetiredReference = fault.New(fault.Conflict, "catalog.retired_reference")
)

// Refusals of the rules that join the parts of an article or configuration.
var (
	// ErrTargetMissing: an upgrade, extension or add-on names no article that it changes (kind).
	ErrTargetMissing = fault.New(fault.Invalid, "catalog.target_missing")
	// ErrTargetForbidden: a base article names a target.
	ErrTargetForbidden = fault.New(fault.Invalid, "catalog.target_forbidden")
	// ErrTargetSelf: an article names itself as its target (value).
	ErrTargetSelf = fault.New(fault.Invalid, "catalog.target_self")
	// ErrAddsForbidden: a base article adds something to a license.
	ErrAddsForbidden = fault.New(fault.Invalid, "catalog.adds_forbidden")
	// ErrAddsMissing: an extension or add-on that would change nothing (kind, need).
	ErrAddsMissing = fault.New(fault.Invalid, "catalog.adds_missing")
	// ErrContainersWider: the article allows a container kind that its model does not (value, allowed).
	ErrContainersWider = fault.New(fault.Invalid, "catalog.containers_wider")
	// ErrAllFeatures: an NFR article without the all-features code of its product (model).
	ErrAllFeatures = fault.New(fault.Invalid, "catalog.needs_all_features")
	// ErrNeedsLimit: a usage or capacity article without a limit to count against (kind).
	ErrNeedsLimit = fault.New(fault.Invalid, "catalog.needs_limit")
	// ErrOneLimit: a usage article with several limits.
	ErrOneLimit = fault.New(fault.Invalid, "catalog.one_limit")
	// ErrOfferKind: an article offered for trying that is none to try (model, kind).
	ErrOfferKind = fault.New(fault.Invalid, "catalog.offer_kind")
	// ErrOfferOption: an article offered for trying has an option without a default (option).
	ErrOfferOption = fault.New(fault.Invalid, "catalog.offer_option")
	// ErrDomain: not a domain of mail addresses (value).
	ErrDomain = fault.New(fault.Invalid, "catalog.bad_domain")
	// ErrOptionSets: an option sets something that the article does not have (option, sets, need).
	ErrOptionSets = fault.New(fault.Invalid, "catalog.option_sets")
	// ErrFrameKind: a bound that the option's kind does not know (option, kind, bound).
	ErrFrameKind = fault.New(fault.Invalid, "catalog.frame_kind")
	// ErrFrameEmpty: a frame that allows nothing (option, limits).
	ErrFrameEmpty = fault.New(fault.Invalid, "catalog.frame_empty")
	// ErrFrameWider: a configuration allows what its article does not (option, value, limits).
	ErrFrameWider = fault.New(fault.Invalid, "catalog.frame_wider")
	// ErrOptionUnknown: the article has no such option (option, allowed).
	ErrOptionUnknown = fault.New(fault.Invalid, "catalog.option_unknown")
	// ErrOptionMissing: an option without a default was not given (option, limits).
	ErrOptionMissing = fault.New(fault.Invalid, "catalog.option_missing")
	// ErrOptionKind: the value is of the wrong type (option, value, kind).
	ErrOptionKind = fault.New(fault.Invalid, "catalog.option_kind")
	// ErrOptionOutside: the value lies outside the frame (option, value, limits).
	ErrOptionOutside = fault.New(fault.Invalid, "catalog.option_outside_frame")
)

// Refusals of license models.
var (
	// ErrEndMissing: this kind needs a duration or a fixed end (kind).
	ErrEndMissing = fault.New(fault.Invalid, "catalog.model_end_missing")
	// ErrTwoEnds: a duration and a fixed end at once.
	ErrTwoEnds = fault.New(fault.Invalid, "catalog.model_two_ends")
	// ErrSingleUse: a single-use license cannot come back (field).
	ErrSingleUse = fault.New(fault.Invalid, "catalog.model_single_use")
	// ErrNotReusable: this kind lives from coming back (kind).
	ErrNotReusable = fault.New(fault.Invalid, "catalog.model_not_reusable")
	// ErrOverdraftKind: this kind cannot be overdrawn (kind, value, allowed).
	ErrOverdraftKind = fault.New(fault.Invalid, "catalog.model_overdraft_kind")
	// ErrTrialOnly: a rule of trials in a model that is none (kind).
	ErrTrialOnly = fault.New(fault.Invalid, "catalog.model_trial_only")
	// ErrTrialLong: a trial that lasts longer than a trial may (value, limit).
	ErrTrialLong = fault.New(fault.Invalid, "catalog.model_trial_long")
	// ErrMaintenanceMissing: a maintenance model without its months.
	ErrMaintenanceMissing = fault.New(fault.Invalid, "catalog.model_maintenance_missing")
	// ErrGraceWithoutEnd: days of grace after an end that does not exist (value).
	ErrGraceWithoutEnd = fault.New(fault.Invalid, "catalog.model_grace_without_end")
	// ErrRestoreWait: a restore must wait longer than its allowance lasts (value, limit).
	ErrRestoreWait = fault.New(fault.Invalid, "catalog.model_restore_wait")
	// ErrCloudOffline: offline use, but only cloud containers.
	ErrCloudOffline = fault.New(fault.Invalid, "catalog.model_cloud_offline")
	// ErrRenews: a model renews without a duration to renew by (kind).
	ErrRenews = fault.New(fault.Invalid, "catalog.model_renews")
	// ErrContainersMissing: no container kind is allowed.
	ErrContainersMissing = fault.New(fault.Invalid, "catalog.containers_missing")
)

// Refusals of releases.
var (
	// ErrVersion: not a version (value, limit).
	ErrVersion = fault.New(fault.Invalid, "catalog.bad_version", "limit", maxVersion)
	// ErrReleaseDay: a release without its day.
	ErrReleaseDay = fault.New(fault.Invalid, "catalog.release_day")
	// ErrNotes: notes that are too long or hold control characters (count, limit).
	ErrNotes = fault.New(fault.Invalid, "catalog.bad_notes", "limit", maxNotes)
	// ErrLink: not an https address (value, limit).
	ErrLink = fault.New(fault.Invalid, "catalog.bad_link", "limit", maxLink)
)

// Refusals of prices.
var (
	// ErrCurrency: not an ISO 4217 code (value).
	ErrCurrency = fault.New(fault.Invalid, "catalog.bad_currency")
	// ErrAmount: a negative amount, or one beyond what can be summed safely (value, limit).
	ErrAmount = fault.New(fault.Invalid, "catalog.bad_amount", "limit", int64(maxAmount))
	// ErrFreeAmount: the class free with an amount (value).
	ErrFreeAmount = fault.New(fault.Invalid, "catalog.free_amount")
	// ErrPriceDay: a price without the day from which it holds.
	ErrPriceDay = fault.New(fault.Invalid, "catalog.price_day")
	// ErrNoPrice: no price of that class and currency on that day (number, class, currency, day).
	ErrNoPrice = fault.New(fault.NotFound, "catalog.no_price")
)

// Refusals of a catalog file. Every refusal of a file carries the argument "line".
var (
	// ErrFileTooLarge: more than the size limit (value, limit).
	ErrFileTooLarge = fault.New(fault.TooLarge, "catalog.file_too_large", "limit", maxFile)
	// ErrFileEncoding: not UTF-8, or control characters.
	ErrFileEncoding = fault.New(fault.Invalid, "catalog.file_encoding")
	// ErrFileSyntax: not YAML (because).
	ErrFileSyntax = fault.New(fault.Invalid, "catalog.file_syntax")
	// ErrFileForm: an anchor, alias, tag, directive or second document (value).
	ErrFileForm = fault.New(fault.Invalid, "catalog.file_form")
	// ErrFileDeep: nested too deeply, or too many keys in one place (limit).
	ErrFileDeep = fault.New(fault.Invalid, "catalog.file_deep")
	// ErrFileKey: a key that does not belong here (key, allowed).
	ErrFileKey = fault.New(fault.Invalid, "catalog.file_key")
	// ErrFileKeyTwice: the same key twice (key, first).
	ErrFileKeyTwice = fault.New(fault.Invalid, "catalog.file_key_twice")
	// ErrFileType: another type of value is wanted here (expected, found).
	ErrFileType = fault.New(fault.Invalid, "catalog.file_type")
	// ErrFileVersion: not a catalog file of a version that this program knows (value).
	ErrFileVersion = fault.New(fault.Invalid, "catalog.file_version")
	// ErrFileTwice: the file describes the same object twice (object, key, first).
	ErrFileTwice = fault.New(fault.Invalid, "catalog.file_object_twice")
	// ErrFileRefusals: more refusals than are shown (count, limit).
	ErrFileRefusals = fault.New(fault.Invalid, "catalog.file_refusals", "limit", maxRefusals)
)
