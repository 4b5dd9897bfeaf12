package app

import (
	"context"
	"io"
	"log/slog"
	"regexp"
	"strings"
)

// secretShapes are the texts that must never reach a log, whoever wrote them
// there: ticket codes and license keys, API keys, webhook secrets, signed
// tokens, database passwords.
var secretShapes = regexp.MustCompile(`(?i)\b(?:[a-z]{2,6}-)?[0-9a-z]{5}(?:[- ][0-9a-z]{5}){4}\b|\blk_[0-9a-z]{16,}|\bwhsec_[0-9a-z+/=]+|\b(?:v4\.public|lct\.p256)\.[0-9a-z_.-]+|AGE-SECRET-KEY-[0-9A-Z]+|(?:postgres|postgresql)://[^\s"]+`)

// secretNames are attributes whose value is hidden whatever it looks like.
var secretNames = map[string]bool{
	"password": true, "secret": true, "token": true, "ticket": true, "key": true,
	"authorization": true, "cookie": true, "passphrase": true,
}

const hidden = "[hidden]"

// Redact replaces everything in s that looks like a secret.
func Redact(s string) string {
	if len(s) < 16 {
		return s
	}
	return secretShapes.ReplaceAllString(s, hidden)
}

// NewLog returns the program's logger: text or JSON, from the given level on,
// with secrets taken out of messages and attributes.
func NewLog(w io.Writer, format, level string) *slog.Logger {
	var at slog.Level
	if err := at.UnmarshalText([]byte(level)); err != nil {
		at = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: at, ReplaceAttr: redactAttr}
	var h slog.Handler = slog.NewTextHandler(w, o)
	if format == "json" {
		h = slog.NewJSONHandler(w, o)
	}
	return slog.New(redactor{h})
}

func redactAttr(_ []string, a slog.Attr) slog.Attr {
	if secretNames[strings.ToLower(a.Key)] {
		return slog.String(a.Key, hidden)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(Redact(a.Value.String()))
	case slog.KindAny:
		if err, ok := a.Value.Any().(error); ok {
			a.Value = slog.StringValue(Redact(err.Error()))
		}
	}
	return a
}

// redactor takes secrets out of messages, which ReplaceAttr also sees, but only
// for handlers that pass the message through it.
type redactor struct{ slog.Handler }

// Handle implements slog.Handler.
func (h redactor) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Redact(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool { clean.AddAttrs(a); return true })
	return h.Handler.Handle(ctx, clean)
}

// WithAttrs implements slog.Handler.
func (h redactor) WithAttrs(as []slog.Attr) slog.Handler { return redactor{h.Handler.WithAttrs(as)} }

// WithGroup implements slog.Handler.
func (h redactor) WithGroup(name string) slog.Handler { return redactor{h.Handler.WithGroup(name)} }
