package client

import (
	"context"
	"crypto/ecdh"
	"crypto/sha256"
	"strings"

	"github.com/licet/licet/wire"
)

// Reseal gives a changed container file the checksum of its new content.
func Reseal(file string) string {
	head := file[:strings.LastIndex(file, sumMark)]
	sum := sha256.Sum256([]byte(head))
	return head + sumMark + b64.EncodeToString(sum[:]) + "\"}\n"
}

// DecodeFile and Encode are the container file's two directions, for fuzzing.
func DecodeFile(b []byte) (encoded []byte, err error) {
	s, err := decodeFile(b)
	if err != nil {
		return nil, err
	}
	return s.encode()
}

// TextKeys returns the keys of the catalog, and Both a text in both languages.
func TextKeys() (keys []string) {
	for k := range texts {
		keys = append(keys, k)
	}
	return keys
}

// Both returns a text in both languages.
func Both(key string) (en, de string) { return texts[key].en, texts[key].de }

// OwnErrors returns every error that the package has of its own.
func OwnErrors() (errs []error) {
	for _, o := range ownCodes {
		errs = append(errs, o.err)
	}
	return errs
}

// Sealed gives a state without its last brace the checksum that makes it a file.
func Sealed(head []byte) []byte { return []byte(Reseal(string(head) + sumMark)) }

// Hold locks a folder as another program would.
func Hold(dir string) (release func(), err error) {
	return store{dir: dir, clock: SystemClock()}.lock(context.Background(), 1)
}

// OldKeys is the file of a container whose keys are independent of one another.
func OldKeys(issuer string) string {
	one, two := [32]byte{1}, [32]byte{2}
	box, err := ecdh.X25519().NewPrivateKey(two[:])
	if err != nil {
		panic(err)
	}
	b, err := (&state{
		Format: formatNow, Generation: 1, Issuer: issuer, Sign: b64.EncodeToString(one[:]), Box: b64.EncodeToString(two[:]),
		BoxPublic: wire.EncryptionPublic(box),
	}).encode()
	if err != nil {
		panic(err)
	}
	return string(b)
}
