package app

import (
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"time"
)

// certificates serves the TLS certificate of two files, and the next one as soon
// as the files hold it: certificates of today live for weeks, and a renewal must
// not need a restart.
type certificates struct {
	cert, key string

	mu   sync.Mutex
	seen [2]time.Time // when the files were changed that pair is from
	pair *tls.Certificate
}

// tlsConfig reads the certificate and its key. It returns nil when none is set.
func tlsConfig(c Config) (*tls.Config, error) {
	if c.TLSCert == "" {
		return nil, nil
	}
	s := &certificates{cert: c.TLSCert, key: c.TLSKey}
	if _, err := s.get(nil); err != nil {
		return nil, fmt.Errorf("tls-cert and tls-key: %w", err)
	}
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: s.get,
	}, nil
}

// get returns the pair that the files hold. While they hold none, as in the
// middle of a renewal, it is the one before.
func (s *certificates) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen, err := s.changed()
	if err == nil && (s.pair == nil || seen != s.seen) {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(s.cert, s.key); err == nil {
			s.pair, s.seen = &pair, seen
		}
	}
	if s.pair == nil {
		return nil, err
	}
	return s.pair, nil
}

// changed is when each of the files was changed last.
func (s *certificates) changed() (at [2]time.Time, err error) {
	for i, name := range []string{s.cert, s.key} {
		f, err := os.Stat(name)
		if err != nil {
			return at, err
		}
		at[i] = f.ModTime()
	}
	return at, nil
}
