package app

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestLogHidesSecrets(t *testing.T) {
	secrets := []string{
		"7H2KM-00000-ABCDE-12345-ZZZZZ", "CADP-7H2KM-00000-ABCDE-12345-ZZZZZ", "7h2km 00000 abcde 12345 zzzzz",
		"lk_0123456789abcdefGHIJ", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "v4.public.eyJhIjoxfQ.eyJraWQiOiJ4In0",
		"AGE-SECRET-KEY-1QQQQQQQQQQ", "postgres://licet:geheim@db/licet",
	}
	for _, format := range []string{"text", "json"} {
		for _, secret := range secrets {
			var out bytes.Buffer
			log := NewLog(&out, format, "info").With("note", "seen "+secret).WithGroup("g")
			log.Info("got "+secret, "text", "it was "+secret+".", "error", errors.New("bad "+secret), "ticket", "short")
			if strings.Contains(out.String(), secret) || strings.Contains(out.String(), "short") {
				t.Errorf("%s log shows %q: %s", format, secret, out.String())
			}
			if !strings.Contains(out.String(), "it was "+hidden) {
				t.Errorf("%s log lost the rest of the text: %s", format, out.String())
			}
		}
	}
}
