package client

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/licet/licet/client/internal/point"
)

// A container that is carried by its device is two kinds of files there. The
// tokens (licenses, root-signed lines, messages) are files of their own, named
// by their content and never changed: a license file can be read by anybody who
// can read the device. The index is the state with names in place of the tokens;
// its name carries its generation.
//
// A change writes the new tokens first, then the next index, and only then
// deletes what the new index does not name. Wherever it stops, the newest index
// that is whole names files that are whole.
const (
	indexName = "index-" // and the generation
	lineEnd   = ".lic"   // behind the hash of a token
	nameMark  = "@"      // in front of a name in the place of a token; no token begins so
)

// shelf is the part of a device that one publisher's container is on.
type shelf struct {
	files  Files
	prefix string            // of its files' names
	known  map[string]string // tokens that are on the device, by name
}

func newShelf(files Files, issuer string) *shelf {
	if files == nil {
		return nil
	}
	h := sha256.Sum256([]byte(issuer))
	return &shelf{files: files, prefix: b64.EncodeToString(h[:6]) + "/", known: map[string]string{}}
}

// names returns the files of this container, without the prefix.
func (s *shelf) names() (out []string, err error) {
	all, err := s.files.Names()
	for _, name := range all {
		if own, ok := strings.CutPrefix(name, s.prefix); ok {
			out = append(out, own)
		}
	}
	return out, err
}

// indexes returns the generations of the indexes among names, newest first.
func indexes(names []string) (out []int64) {
	for _, name := range names {
		if n, ok := strings.CutPrefix(name, indexName); ok {
			if gen, err := strconv.ParseInt(n, 10, 64); err == nil && gen > 0 {
				out = append(out, gen)
			}
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

func indexOf(gen int64) string { return indexName + strconv.FormatInt(gen, 10) }

// load reads the newest state that is whole; nil if there is none at all.
func (s *shelf) load() (*state, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	all := indexes(names)
	damage := error(ErrDamaged)
	for i, gen := range all {
		st, err := s.read(gen)
		switch {
		case err == nil && i > 0:
			st.skip() // a newer one was there, and may have been used
			return st, nil
		case err == nil, !errors.Is(err, ErrDamaged):
			return st, err
		}
		damage = err
	}
	if len(all) > 0 {
		return nil, damage
	}
	return nil, nil
}

// read reads one index and the tokens that it names.
func (s *shelf) read(gen int64) (*state, error) {
	b, err := s.file(indexOf(gen))
	if err != nil {
		return nil, err
	}
	st, err := decodeFile(b)
	if err != nil {
		return nil, err
	}
	st.Generation = gen
	err = st.eachToken(func(token *string) error {
		name, ok := strings.CutPrefix(*token, nameMark)
		if !ok {
			return nil
		}
		if known, ok := s.known[name]; ok {
			*token = known
			return nil
		}
		b, err := s.file(name)
		if err != nil {
			return err
		}
		if *token = strings.TrimSuffix(string(b), "\n"); tokenName(*token) != name {
			return fmt.Errorf("%w: a token", ErrDamaged)
		}
		s.known[name] = *token
		return nil
	})
	return st, err
}

// file reads a file that ought to be there.
func (s *shelf) file(name string) ([]byte, error) {
	b, err := s.files.Read(s.prefix + name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return b, err
}

// tokenName is the name of a token's file.
func tokenName(token string) string {
	h := sha256.Sum256([]byte(token))
	return b64.EncodeToString(h[:16]) + lineEnd
}

// eachToken calls fn with the place of every token of the state.
func (s *state) eachToken(fn func(token *string) error) error {
	var all []*string
	for i := range s.Licenses {
		all = append(all, &s.Licenses[i].Token)
	}
	for i := range s.Outbox {
		all = append(all, &s.Outbox[i].Token)
	}
	for _, list := range [][]string{s.Trust, s.Blocks} {
		for i := range list {
			all = append(all, &list[i])
		}
	}
	for _, one := range all {
		if err := fn(one); err != nil {
			return err
		}
	}
	return nil
}

// save writes the next generation and returns when it is on the device. What is
// left of the one before is deleted afterwards; when that fails, a later change
// does it.
func (s *shelf) save(st *state) error {
	names, err := s.names()
	if err != nil {
		return err
	}
	next := *st
	next.Generation = st.Generation + 1
	if all := indexes(names); len(all) > 0 {
		next.Generation = max(next.Generation, all[0]+1)
	}
	next.Licenses, next.Outbox = slices.Clone(st.Licenses), slices.Clone(st.Outbox)
	next.Trust, next.Blocks = slices.Clone(st.Trust), slices.Clone(st.Blocks)
	needed := map[string]string{}
	_ = next.eachToken(func(token *string) error {
		name := tokenName(*token)
		needed[name], *token = *token, nameMark+name
		return nil
	})
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		if err := s.place(names, name, needed[name]); err != nil {
			return fmt.Errorf("%w: %w", ErrWrite, err)
		}
	}
	b, err := next.encode()
	if err != nil {
		return err
	}
	point.At("index begin")
	if err := s.files.Write(s.prefix+indexOf(next.Generation), b); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	point.At("index written")
	st.Generation = next.Generation
	s.clear(names, needed)
	return nil
}

// place writes a token's file. One of its name may be there: from before, or torn
// when the device was pulled.
func (s *shelf) place(names []string, name, token string) error {
	if _, ok := s.known[name]; ok && slices.Contains(names, name) {
		return nil
	}
	data := []byte(token + "\n")
	if slices.Contains(names, name) {
		there, err := s.files.Read(s.prefix + name)
		if err == nil && bytes.Equal(there, data) {
			s.known[name] = token
			return nil
		}
		if err := s.files.Delete(s.prefix + name); err != nil {
			return err
		}
	}
	point.At("token begin")
	if err := s.files.Write(s.prefix+name, data); err != nil {
		return err
	}
	s.known[name] = token
	point.At("token written")
	return nil
}

// clear deletes what the newest index does not name.
func (s *shelf) clear(names []string, needed map[string]string) {
	for _, name := range names {
		_, token := needed[name]
		if token || !strings.HasPrefix(name, indexName) && !strings.HasSuffix(name, lineEnd) {
			continue
		}
		if s.files.Delete(s.prefix+name) != nil {
			return
		}
		delete(s.known, name)
		point.At("old deleted")
	}
}

// setAside makes the container one that nobody reads any more: its index gets
// another name. Its keys stay, and the next container has others.
func (s *shelf) setAside() (out []string, err error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	for _, gen := range indexes(names) {
		b, err := s.files.Read(s.prefix + indexOf(gen))
		if err != nil {
			return out, fmt.Errorf("%w: %w", ErrRead, err)
		}
		to := "aside-" + indexOf(gen)
		if err := s.files.Write(s.prefix+to, b); err != nil && !errors.Is(err, fs.ErrExist) {
			return out, fmt.Errorf("%w: %w", ErrWrite, err)
		}
		if err := s.files.Delete(s.prefix + indexOf(gen)); err != nil {
			return out, fmt.Errorf("%w: %w", ErrWrite, err)
		}
		out = append(out, s.prefix+to)
	}
	return out, nil
}
