package depot

import "github.com/licet/licet/internal/fault"

// The refusals of this package.
var (
	ErrNoPage    = fault.New(fault.NotFound, "depot.no_page")
	ErrNoDevice  = fault.New(fault.NotFound, "depot.no_device")
	ErrNotChosen = fault.New(fault.Invalid, "depot.nothing_chosen")
	ErrNothing   = fault.New(fault.Invalid, "depot.nothing_given")
	ErrNoRequest = fault.New(fault.Invalid, "depot.no_request")
	ErrDamaged   = fault.New(fault.Invalid, "depot.damaged_file")
	ErrIsAnswer  = fault.New(fault.Invalid, "depot.is_answer")
	ErrTooMany   = fault.New(fault.Invalid, "depot.too_many_messages") // limit

	ErrNoPicture     = fault.New(fault.Invalid, "depot.no_picture")        // n
	ErrPictureBytes  = fault.New(fault.TooLarge, "depot.picture_bytes")    // n, limit (MiB)
	ErrPicturePoints = fault.New(fault.TooLarge, "depot.picture_points")   // n, width, height
	ErrManyPictures  = fault.New(fault.Invalid, "depot.too_many_pictures") // limit
	ErrNoQR          = fault.New(fault.Invalid, "depot.no_qr")             // n
	ErrOtherQR       = fault.New(fault.Invalid, "depot.other_qr")          // n
	ErrQRMissing     = fault.New(fault.Invalid, "depot.qr_missing")        // missing, of
	ErrQRMixed       = fault.New(fault.Invalid, "depot.qr_mixed")
	ErrQRDamaged     = fault.New(fault.Invalid, "depot.qr_damaged")
	ErrPicturesBusy  = fault.New(fault.Unavailable, "depot.pictures_busy")
	ErrTooLongForQR  = fault.New(fault.TooLarge, "depot.too_long_for_qr")
)
