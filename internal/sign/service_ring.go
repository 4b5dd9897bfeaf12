package sign

import (
	"context"

	"github.com/licet/licet/internal/db"
)

// cached returns the ring in memory, nil if there is none, and whether it is of
// the newest version known.
func (k *Keyring) cached(p publisherID) (*ring, bool) {
	k.mu.RLock()
	r := k.rings[p]
	k.mu.RUnlock()
	return r, r != nil && r.version >= k.latest.Load()
}

// soft returns a ring without waiting for a load that another caller does: in
// a transaction, a ring of a moment ago serves, since Redeem judges again.
func (k *Keyring) soft(p publisherID) (*ring, error) {
	if r, current := k.cached(p); current && k.askedLately() {
		return r, nil
	}
	ctx, stop := context.WithTimeout(context.Background(), loadTimeout)
	defer stop()
	k.ask(ctx)
	r, current := k.cached(p)
	if current {
		return r, nil
	}
	if r == nil {
		return k.load(ctx, p)
	}
	if !k.loading.TryLock() {
		return r, nil
	}
	defer k.loading.Unlock()
	return k.loadLocked(ctx, p)
}

// fresh returns a ring of the newest version known.
func (k *Keyring) fresh(ctx context.Context, p publisherID) (*ring, error) {
	k.ask(ctx)
	if r, current := k.cached(p); current {
		return r, nil
	}
	return k.load(ctx, p)
}

// again looks at the database now, whatever is in memory.
func (k *Keyring) again(ctx context.Context, p publisherID) (*ring, error) {
	if err := k.look(ctx); err != nil {
		return nil, err
	}
	return k.fresh(ctx, p)
}

// ask looks at the version when nobody has for a second. A database that does
// not answer leaves things as they are: what is recorded can be signed.
func (k *Keyring) ask(ctx context.Context) {
	if k.askedLately() || !k.asking.CompareAndSwap(false, true) {
		return
	}
	defer k.asking.Store(false)
	_ = k.look(ctx)
}

func (k *Keyring) askedLately() bool {
	since := k.db.Now().UnixMicro() - k.checked.Load()
	return since >= 0 && since < maxLag
}

// look reads the version.
func (k *Keyring) look(ctx context.Context) error {
	var v int64
	err := k.db.ReadOne(ctx, func(r *db.Reader) error {
		var err error
		v, err = version(r)
		return err
	})
	if err != nil {
		return err
	}
	k.checked.Store(k.db.Now().UnixMicro())
	k.changed(v)
	return nil
}

// changed takes note of a version; rings older than it are loaded anew before
// they sign again.
func (k *Keyring) changed(v int64) {
	for {
		old := k.latest.Load()
		if v <= old || k.latest.CompareAndSwap(old, v) {
			return
		}
	}
}

// forget drops every ring, so that the private keys are opened again.
func (k *Keyring) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.rings = map[publisherID]*ring{}
}

// reload brings every ring in memory to the newest version.
func (k *Keyring) reload(ctx context.Context) error {
	var old []publisherID
	k.mu.RLock()
	for p, r := range k.rings {
		if r.version < k.latest.Load() {
			old = append(old, p)
		}
	}
	k.mu.RUnlock()
	for _, p := range old {
		if _, err := k.load(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (k *Keyring) load(ctx context.Context, p publisherID) (*ring, error) {
	k.loading.Lock()
	defer k.loading.Unlock()
	return k.loadLocked(ctx, p)
}

func (k *Keyring) loadLocked(ctx context.Context, p publisherID) (*ring, error) {
	before, current := k.cached(p)
	if current {
		return before, nil
	}
	s := stock{publisher: p}
	err := k.db.For(p).Read(ctx, func(r *db.Reader) error { return s.read(r) })
	if err != nil {
		return nil, err
	}
	fresh := s.build(before, func(row keyRow) ([]byte, error) {
		return k.id.Open(keyLabel(p, row.Purpose, row.Place, row.KID), row.sealed)
	})
	fresh.state = k.moduleState
	if fresh.trust != nil {
		fresh.trust.CheckWith(k.looks.check)
	}
	k.changed(s.version)
	k.mu.Lock()
	k.rings[p] = fresh
	k.mu.Unlock()
	return fresh, nil
}

func keyLabel(p publisherID, purpose Purpose, place Place, kid string) []byte {
	if place != Here {
		return label("key", p[:], []byte(purpose), []byte(kid), []byte(place))
	}
	return label("key", p[:], []byte(purpose), []byte(kid))
}
