package wizard

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/licet/licet/client"
	"github.com/licet/licet/client/qr"
	"github.com/licet/licet/wire"
)

// failure is an error of this package, with the sentence of its own catalog.
type failure struct {
	key  string
	args []string
}

func (f *failure) Error() string { return fmt.Sprintf("wizard: %s %v", f.key, f.args) }

func fail(key string, args ...string) error { return &failure{key, args} }

// ownKey is the key of the sentence for an error that package client has none
// for, "" for the others.
func ownKey(err error) string {
	var f *failure
	var parts *wire.QRError
	switch {
	case errors.As(err, &f):
		return f.key
	case errors.As(err, &parts) && parts.Mixed:
		return "fail.qr_mixed"
	case errors.As(err, &parts):
		return "fail.qr_missing"
	case errors.Is(err, qr.ErrPicture):
		return "fail.picture"
	case errors.Is(err, qr.ErrNoCode):
		return "fail.no_qr"
	}
	return ""
}

func ownArgs(err error) []string {
	var f *failure
	var parts *wire.QRError
	switch {
	case errors.As(err, &f):
		return f.args
	case errors.As(err, &parts):
		var missing []string
		for _, n := range parts.Missing {
			missing = append(missing, strconv.Itoa(n))
		}
		return []string{"missing", strings.Join(missing, ", "), "of", strconv.Itoa(parts.Of)}
	}
	return nil
}

// codeOf is the stable code of an error.
func codeOf(err error) string {
	if key := ownKey(err); key != "" {
		return "wizard." + strings.TrimPrefix(key, "fail.")
	}
	return client.Code(err)
}
