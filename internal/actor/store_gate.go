package actor

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/licet/licet/internal/db"
)

// lag is how long a read may trust the tree it knows without asking again.
const lag = time.Second

var (
	qTreeVersion = db.SQL("actor.tree_version", `
SELECT version FROM tree WHERE publisher_id = ?`)
	qTreeLock = db.SQL("actor.tree_lock", `
SELECT version FROM tree WHERE publisher_id = ? {for_update}`)
	qTreeTouch = db.SQL("actor.tree_touch", `
INSERT INTO tree (publisher_id, version) VALUES (?, ?)
ON CONFLICT (publisher_id) DO UPDATE SET version = (tree.version / 1048576 + 1) * 1048576 + excluded.version
RETURNING version`)
	qTreeAll = db.SQL("actor.tree_all", `
SELECT id, parent_id, ceiling FROM organization WHERE publisher_id = ?`)
	qTreeSince = db.SQL("actor.tree_since", `
SELECT id, parent_id, ceiling FROM organization
WHERE publisher_id = ? AND placed > ? ORDER BY placed, id`)
)

// Gate decides who may do what where. It keeps one tree per publisher in
// memory, loaded when first used. In a transaction it compares the publisher's
// tree version first, so that the rights are those of the moment on every node;
// in a read it may be one second behind, but it never refuses before it has
// looked again. A Gate is safe for concurrent use.
type Gate struct {
	mu    sync.RWMutex
	known map[PublisherID]*grove
}

// grove is what the Gate holds of one publisher. Only committed trees become
// current, since a later tree is derived from the current one. A tree that a
// transaction saw before its commit is found by its version, which is unique
// (TouchTree puts random bits into it) even when the transaction is undone.
type grove struct {
	mu      sync.Mutex // held while loading
	current atomic.Pointer[forest]
	seen    atomic.Pointer[forest]
	asked   atomic.Int64 // when the version was compared last, in microseconds
}

// NewGate returns a Gate; nothing is loaded yet.
func NewGate(*db.DB) *Gate { return &Gate{known: map[PublisherID]*grove{}} }

// Check reports whether by may do perm to something that belongs to org. A zero
// org means the publisher as a whole (its catalog, its keys): only its root
// organization and the system reach that. What every organization of the
// publisher may see is checked with by.Org.
//
// It returns ErrSignIn for anonymous callers, ErrNotFound when org is another
// publisher's or outside the caller's subtree, ErrDenied when it is in scope and
// the right is missing, and the database's faults.
func (g *Gate) Check(q db.Querier, by Actor, perm Permission, org OrgID) error {
	if !by.signedIn() {
		return ErrSignIn
	}
	if by.Publisher.IsZero() {
		return checkInstallation(by, perm, org)
	}
	v, err := g.View(q, by.Publisher)
	if err != nil {
		return err
	}
	err = v.Check(by, perm, org)
	if err == nil || inTx(q) {
		return err
	}
	if v, err = g.view(q, by.Publisher, true); err != nil {
		return err
	}
	return v.Check(by, perm, org)
}

// checkInstallation answers for the administrator outside any publisher.
func checkInstallation(by Actor, perm Permission, org OrgID) error {
	switch {
	case !org.IsZero():
		return ErrNotFound
	case !by.Perms.Has(perm):
		return Denied(perm)
	}
	return nil
}

// Scope returns the organizations in which by has perm, for lists: nil means the
// whole publisher. It returns ErrSignIn and ErrDenied like Check, and looks at
// the tree of the moment in reads too, so that a list shows what was just made.
func (g *Gate) Scope(q db.Querier, by Actor, perm Permission) (db.IDs[Org], error) {
	if !by.signedIn() {
		return nil, ErrSignIn
	}
	v, err := g.view(q, by.Publisher, true)
	if err != nil {
		return nil, err
	}
	if err := v.Check(by, perm, by.Org); err != nil {
		return nil, err
	}
	if by.Whole() || by.Org == v.f.root {
		return nil, nil
	}
	return v.f.subtree(by.Org), nil
}

// View returns the tree of publisher p as it is now (in a transaction) or was
// at most a second ago (in a read). An unknown publisher is ErrNotFound.
func (g *Gate) View(q db.Querier, p PublisherID) (View, error) { return g.view(q, p, false) }

func (g *Gate) view(q db.Querier, p PublisherID, ask bool) (View, error) {
	gr := g.grove(p)
	f := gr.current.Load()
	now := q.Now().UnixMicro()
	if f != nil && !ask && !inTx(q) && now-gr.asked.Load() < lag.Microseconds() {
		return View{p, f}, nil
	}
	f, err := gr.at(q, p)
	if err != nil {
		g.drop(p, gr)
		return View{}, err
	}
	if gr.current.Load() == f { // a tree of a transaction that may fail is not what the next read trusts
		gr.asked.Store(now)
	}
	return View{p, f}, nil
}

func (g *Gate) grove(p PublisherID) *grove {
	g.mu.RLock()
	gr := g.known[p]
	g.mu.RUnlock()
	if gr != nil {
		return gr
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if gr = g.known[p]; gr == nil {
		gr = &grove{}
		g.known[p] = gr
	}
	return gr
}

// drop forgets a publisher of which nothing was ever loaded, so that invented ids
// do not fill the memory.
func (g *Gate) drop(p PublisherID, gr *grove) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known[p] == gr && gr.current.Load() == nil && gr.seen.Load() == nil {
		delete(g.known, p)
	}
}

// at returns the forest at the version that q sees, or a later committed one.
func (gr *grove) at(q db.Querier, p PublisherID) (*forest, error) {
	var version int64
	err := q.QueryRow(qTreeVersion, p).Scan(&version)
	if errors.Is(err, db.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	if f := gr.current.Load(); f != nil && version <= f.version {
		return f, nil
	}
	if f := gr.seen.Load(); f != nil && f.version == version {
		gr.adopt(q, f)
		return f, nil
	}
	gr.mu.Lock()
	defer gr.mu.Unlock()
	f := gr.current.Load()
	if f != nil && version <= f.version {
		return f, nil
	}
	if f, err = load(q, p, version, f); err != nil {
		return nil, err
	}
	gr.adopt(q, f)
	return f, nil
}

// adopt makes f current as soon as it is known to be committed.
func (gr *grove) adopt(q db.Querier, f *forest) {
	if tx, ok := q.(*db.Tx); ok {
		gr.seen.Store(f)
		tx.AfterCommit(func() { gr.publish(f) })
		return
	}
	gr.publish(f)
}

func (gr *grove) publish(f *forest) {
	for {
		old := gr.current.Load()
		if old != nil && old.version >= f.version || gr.current.CompareAndSwap(old, f) {
			return
		}
	}
}

// load reads what has changed since before, or everything.
func load(q db.Querier, p PublisherID, version int64, before *forest) (*forest, error) {
	if before != nil {
		rows, err := q.Query(qTreeSince, p, before.version)
		since, err := db.Collect(rows, err, scanPlaced)
		if err != nil {
			return nil, err
		}
		if f, ok := before.grow(version, since); ok {
			return f, nil
		}
	}
	rows, err := q.Query(qTreeAll, p)
	all, err := db.Collect(rows, err, scanPlaced)
	if err != nil {
		return nil, err
	}
	return plant(version, all)
}

func scanPlaced(r *db.Rows) (placed, error) {
	var (
		p       placed
		ceiling *string
	)
	if err := r.Scan(&p.id, &p.parent, &ceiling); err != nil || ceiling == nil {
		return p, err
	}
	var names []Permission
	err := json.Unmarshal([]byte(*ceiling), &names)
	p.limited, p.limit = true, NewSet(names...)
	return p, err
}

// LockTree makes every other writer of publisher p's tree wait for the end of
// tx. What a Gate says afterwards in tx stays true until tx writes.
func LockTree(tx *db.Tx, p PublisherID) error {
	var version int64
	err := tx.QueryRow(qTreeLock, p).Scan(&version)
	if errors.Is(err, db.ErrNotFound) {
		err = ErrNotFound
	}
	return err
}

// TouchTree gives publisher p its next tree version and returns it. Whoever
// writes a node calls it right before, with no check in between, and stores the
// version as the node's "placed". It locks like LockTree. The low bits are
// random, so that a version that was rolled back never comes again.
func TouchTree(tx *db.Tx, p PublisherID) (int64, error) {
	var b [4]byte
	if _, err := rand.Read(b[:]); err != nil {
		return 0, err
	}
	var version int64
	salt := int64(binary.BigEndian.Uint32(b[:]) >> 12)
	err := tx.QueryRow(qTreeTouch, p, salt).Scan(&version)
	return version, err
}

func inTx(q db.Querier) bool {
	_, ok := q.(*db.Tx)
	return ok
}
