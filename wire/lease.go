package wire

// MaxLease is the longest time between two signs of life of a lease, in
// seconds: a day.
const MaxLease = 86_400

// Lease is what makes a license a lease: a use at the same time as others,
// which ends at Expires unless its holder renews it. A verifier that knows
// nothing of leases sees a license that ends, which is the truth. The zero Lease
// is none.
type Lease struct {
	ID    string `json:"id,omitempty"`  // of the lease
	Fence int64  `json:"fen,omitempty"` // rises with every grant of the license: the later holder has the higher one
	Renew int64  `json:"bea,omitempty"` // seconds after which to renew, 1 to MaxLease
}

// IsZero reports whether there is no lease.
func (l Lease) IsZero() bool { return l == Lease{} }

// check holds a license's lease: it has an end, and a container that holds it.
func (l Lease) check(b *bounds, of *License) {
	if l.IsZero() {
		return
	}
	b.id("lse.id", l.ID, true)
	b.num("lse.fen", l.Fence, 1, maxCount)
	b.num("lse.bea", l.Renew, 1, MaxLease)
	b.when(of.Expires == 0, "lse")
	b.when(of.Container.Key == "", "lse")
}

// HolderKind says what a lease is taken for.
type HolderKind string

// The kinds of holders.
const (
	PerProcess HolderKind = "process" // this run of the program
	PerMachine HolderKind = "machine" // all runs on this machine together
	PerPerson  HolderKind = "person"  // all runs of a person, on any machine
)

// Holder says who or what wants a lease. Hash is 16 bytes that tell one holder
// from another and name nobody; a process and a machine may go without.
type Holder struct {
	Kind HolderKind `json:"t"`
	Hash string     `json:"h,omitempty"` // 16 bytes, base64url
}

// LeaseRequest is the claims of lsr: a container asks for a lease, signed by it.
// It has no counter, because many processes share one container: its nonce alone
// names the lease, so that a repeat gets the same one.
type LeaseRequest struct {
	Type        Type              `json:"typ"`
	Issuer      string            `json:"iss"`
	Nonce       string            `json:"non"` // 16 bytes, base64url
	IssuedAt    int64             `json:"iat"` // the client's clock, believed by nobody
	Container   ContainerKeys     `json:"cnt"`
	Fingerprint []FingerprintPart `json:"fp,omitempty"`
	Virtual     bool              `json:"vm,omitempty"`
	Code        string            `json:"code,omitempty"` // ticket or key as printed; HTTPS only
	LicenseID   string            `json:"lid,omitempty"`  // of those of the code, or one that the container has used before
	Holder      Holder            `json:"hol"`
	Label       string            `json:"lbl,omitempty"` // for which a part of the licenses may be reserved
	Quantity    int64             `json:"qty,omitempty"` // 0 = 1
	Queue       bool              `json:"que,omitempty"` // wait if none is free
	Product     string            `json:"prd,omitempty"` // the program's product code
	App         App               `json:"app,omitzero"`
}

// Kind returns TypeLeaseRequest.
func (*LeaseRequest) Kind() Type { return TypeLeaseRequest }

// Encode returns the canonical payload.
func (c *LeaseRequest) Encode() ([]byte, error) {
	v := *c
	return encode(&v, &v.Type)
}

// Validate checks the bounds of every claim.
func (c *LeaseRequest) Validate() error {
	var b bounds
	b.typ(c.Type, TypeLeaseRequest)
	b.id("iss", c.Issuer, true)
	b.bin("non", c.Nonce, NonceLen, true)
	b.time("iat", c.IssuedAt, false)
	c.Container.check(&b)
	b.prints(c.Fingerprint)
	b.id("code", c.Code, false)
	b.id("lid", c.LicenseID, false)
	b.when(c.Code == "" && c.LicenseID == "", "lid")
	b.when(c.Holder.Kind != PerProcess && c.Holder.Kind != PerMachine && c.Holder.Kind != PerPerson, "hol.t")
	b.bin("hol.h", c.Holder.Hash, componentLen, c.Holder.Kind == PerPerson)
	b.id("lbl", c.Label, false)
	b.num("qty", c.Quantity, 0, maxCount)
	b.text("prd", c.Product, false)
	b.app(c.App)
	return b.err
}

// OpenLeaseRequest is OpenRequest for a lsr.
func OpenLeaseRequest(token string) (*LeaseRequest, PublicKey, error) {
	return openOwn[LeaseRequest](token)
}

func (c *LeaseRequest) own() string { return c.Container.Sign }
func (c *Request) own() string      { return c.Container.Sign }
