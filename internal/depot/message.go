package depot

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/licet/licet/wire"
)

// maxMessages is how many messages one file may hold. A machine keeps at most as
// many waiting.
const maxMessages = 16

func trim(s string) string { return strings.TrimSpace(s) }

// readMessages finds the messages in a file or a pasted text. Errors:
// depot.nothing_given, depot.no_request, depot.damaged_file, depot.is_answer,
// depot.too_many_messages.
func readMessages(b []byte) ([]wire.Line, error) {
	if len(strings.TrimSpace(string(b))) == 0 {
		return nil, ErrNothing.At(fileField)
	}
	f, err := wire.ParseLines(b)
	if err != nil { // a mail program may have broken or quoted the lines
		f, err = wire.ParseLines([]byte(unwrap(string(b))))
	}
	if err != nil {
		return nil, ErrDamaged.At(fileField).Wrap(err)
	}
	if len(f.Lines) == 0 {
		if f, err = wire.ParseLines([]byte(unwrap(string(b)))); err != nil || len(f.Lines) == 0 {
			return nil, ErrNoRequest.At(fileField)
		}
	}
	return f.Lines, checkMessages(f.Lines)
}

// checkMessages refuses what no machine hands in. Errors: depot.is_answer,
// depot.too_many_messages.
func checkMessages(lines []wire.Line) error {
	if len(lines) > maxMessages {
		return ErrTooMany.With("limit", maxMessages).At(fileField)
	}
	for _, l := range lines {
		switch l.Type {
		case wire.TypeRequest, wire.TypeReturn, wire.TypeReceipt:
		default:
			return ErrIsAnswer.At(fileField)
		}
	}
	return nil
}

// headers begin a token.
var headers = []string{"v4.public.", "lct.p256."}

// unwrap joins tokens that were broken over several lines and takes the marks
// of quoted mails away. What is joined wrongly has no valid signature.
func unwrap(s string) string {
	var out []string
	open := false // the last one is not whole yet
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)) {
		line = strings.Trim(line, "> \t\n\ufeff")
		begins := false
		for _, h := range headers {
			begins = begins || strings.HasPrefix(line, h)
		}
		switch {
		case begins:
			out = append(out, line)
		case open && line != "":
			out[len(out)-1] += line
		default:
			continue
		}
		_, err := wire.Peek(out[len(out)-1])
		open = err != nil
	}
	return strings.Join(out, "\n")
}

// outcome is what one message has brought about.
type outcome struct {
	Type     wire.Type
	Action   wire.Action // of a request
	Licenses []given
	Commands []wire.Command
}

// given is a license in an update.
type given struct {
	Article  string
	Quantity int64
	LastDay  time.Time // zero = no end
}

// newOutcome reads what an answer says. It verifies nothing: the lines come from
// our own door.
func newOutcome(m wire.Line, lines []string) outcome {
	out := outcome{Type: m.Type}
	if m.Type == wire.TypeRequest {
		if req, err := decode[wire.Request](m.Token); err == nil {
			out.Action = req.Action
		}
	}
	for _, line := range lines {
		hint, err := wire.Peek(line)
		if err != nil {
			continue
		}
		switch hint.Type {
		case wire.TypeLicense:
			if l, err := decode[wire.License](line); err == nil {
				out.Licenses = append(out.Licenses, given{l.Article, l.Quantity, lastDay(l.Expires)})
			}
		case wire.TypeUpdate:
			if u, err := decode[wire.Update](line); err == nil {
				out.Commands = append(out.Commands, u.Commands...)
			}
		}
	}
	return out
}

// lastDay is the last civil day before an exclusive end at midnight somewhere:
// half a day earlier is on that day in every zone.
func lastDay(expires int64) time.Time {
	if expires == 0 {
		return time.Time{}
	}
	return time.Unix(expires, 0).Add(-12 * time.Hour).UTC()
}

// sigLen is the length of the signature behind a token's payload, in bytes.
const sigLen = 64

// decode reads the claims of a token that need not be verified.
func decode[T any, P interface {
	*T
	wire.Claims
}](token string,
) (*T, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 4 {
		return nil, wire.ErrMalformed
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(raw) <= sigLen {
		return nil, wire.ErrMalformed
	}
	return wire.DecodePayload[T, P](raw[:len(raw)-sigLen])
}
