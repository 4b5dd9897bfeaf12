package keygen

import (
	"crypto/sha256"
	"slices"
	"time"

	"github.com/licet/licet/internal/license"
)

// document is a JSON:API document.
type document struct {
	Data     any `json:"data"`
	Included any `json:"included,omitempty"`
	Meta     any `json:"meta,omitempty"`
}

// resource is one thing in a document.
type resource struct {
	ID            string              `json:"id"`
	Type          string              `json:"type"`
	Attributes    any                 `json:"attributes"`
	Relationships map[string]relation `json:"relationships,omitempty"`
}

// ref names a resource.
type ref struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// relation is what a resource says of another one.
type relation struct {
	Data any `json:"data,omitempty"`
	Meta any `json:"meta,omitempty"`
}

func relate(kind, id string) relation { return relation{Data: ref{kind, id}} }

// metadata is never kept.
type metadata struct{}

// keyed is a license with the key as the program shows it.
type keyed struct {
	license.KeyedLicense
	key string
	to  account
}

// licenseFields are the attributes of a license.
type licenseFields struct {
	Name             string     `json:"name"`
	Key              string     `json:"key"`
	Expiry           *time.Time `json:"expiry"`
	Status           string     `json:"status"`
	Suspended        bool       `json:"suspended"`
	Scheme           *string    `json:"scheme"`
	Encrypted        bool       `json:"encrypted"`
	Strict           bool       `json:"strict"`
	Floating         bool       `json:"floating"`
	Protected        bool       `json:"protected"`
	Version          *string    `json:"version"`
	MaxMachines      int64      `json:"maxMachines"`
	MaxProcesses     *int64     `json:"maxProcesses"`
	MaxCores         *int64     `json:"maxCores"`
	MaxUses          *int64     `json:"maxUses"`
	Uses             int64      `json:"uses"`
	RequireHeartbeat bool       `json:"requireHeartbeat"`
	RequireCheckIn   bool       `json:"requireCheckIn"`
	LastValidated    *time.Time `json:"lastValidated"`
	Metadata         metadata   `json:"metadata"`
	Created          time.Time  `json:"created"`
	Updated          time.Time  `json:"updated"`
}

// license renders the license; validated is when it was judged, nil = not now.
func (l keyed) license(validated *time.Time) resource {
	verdict := codeOf(l.Refusal)
	f := licenseFields{
		Name: l.Info.Name.EN, Key: l.key, Expiry: instant(l.Expires), Status: "ACTIVE", Strict: true,
		Suspended: verdict == codeSuspended, Floating: l.Info.Limit > 1, Protected: true, MaxMachines: l.Info.Limit,
		RequireHeartbeat: l.Floats, LastValidated: validated, Created: l.Issued, Updated: l.Issued,
	}
	if verdict == codeSuspended || verdict == codeExpired {
		f.Status = verdict
	}
	return resource{
		ID: l.Info.ID.String(), Type: "licenses", Attributes: f,
		Relationships: map[string]relation{
			"account": relate("accounts", l.to.publisher.String()), "product": relate("products", l.Info.Product),
			"policy": relate("policies", l.Terms.String()),
			"machines": {Meta: struct {
				Count int64 `json:"count"`
			}{l.Info.Used}},
		},
	}
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// machineFields are the attributes of a machine. Names of people's devices are not
// kept, so there are none.
type machineFields struct {
	Fingerprint       string     `json:"fingerprint"`
	Name              *string    `json:"name"`
	IP                *string    `json:"ip"`
	Hostname          *string    `json:"hostname"`
	Platform          string     `json:"platform"`
	Cores             int64      `json:"cores"`
	RequireHeartbeat  bool       `json:"requireHeartbeat"`
	HeartbeatStatus   string     `json:"heartbeatStatus"`
	HeartbeatDuration int64      `json:"heartbeatDuration"`
	LastHeartbeat     *time.Time `json:"lastHeartbeat"`
	NextHeartbeat     *time.Time `json:"nextHeartbeat"`
	MaxProcesses      *int64     `json:"maxProcesses"`
	Metadata          metadata   `json:"metadata"`
	Created           time.Time  `json:"created"`
	Updated           time.Time  `json:"updated"`
}

// The states of a heartbeat.
const (
	beatNone  = "NOT_STARTED"
	beatAlive = "ALIVE"
	beatDead  = "DEAD"
)

// heartbeat is the state of a machine's heartbeat.
func heartbeat(m *license.NamedMachine, now time.Time) string {
	switch {
	case m.Beat.IsZero():
		return beatNone
	case m.Alive(now):
		return beatAlive
	}
	return beatDead
}

func (a *API) render(to account, m *license.NamedMachine) resource {
	f := machineFields{
		Fingerprint: m.Name, Platform: m.Platform, Cores: m.Cores, RequireHeartbeat: m.Required,
		HeartbeatStatus: heartbeat(m, a.Now()), HeartbeatDuration: m.Every, LastHeartbeat: instant(m.Beat),
		Created: m.Started.UTC(), Updated: m.Started.UTC(),
	}
	if !m.Beat.IsZero() {
		f.Updated = m.Beat.UTC()
		f.NextHeartbeat = instant(m.Beat.Add(time.Duration(m.Every) * time.Second))
	}
	return resource{
		ID: m.ID.String(), Type: "machines", Attributes: f, Relationships: map[string]relation{
			"account": relate("accounts", to.publisher.String()), "license": relate("licenses", m.License.String()),
		},
	}
}

// componentFields are the attributes of a component.
type componentFields struct {
	Fingerprint string    `json:"fingerprint"`
	Name        string    `json:"name"`
	Metadata    metadata  `json:"metadata"`
	Created     time.Time `json:"created"`
	Updated     time.Time `json:"updated"`
}

func components(m *license.NamedMachine) []resource {
	out := make([]resource, 0, len(m.Parts))
	for _, p := range m.Parts {
		out = append(out, resource{
			ID: hashID(m.ID[:], p.Name), Type: "components",
			Attributes:    componentFields{Fingerprint: p.Name, Name: p.Title, Created: m.Started.UTC(), Updated: m.Started.UTC()},
			Relationships: map[string]relation{"machine": relate("machines", m.ID.String())},
		})
	}
	return out
}

// featureFields are the attributes of a feature, their entitlement.
type featureFields struct {
	Name     string    `json:"name"`
	Code     string    `json:"code"`
	Metadata metadata  `json:"metadata"`
	Created  time.Time `json:"created"`
	Updated  time.Time `json:"updated"`
}

func (l keyed) features() []resource {
	out := make([]resource, 0, len(l.Features))
	for _, code := range l.Features {
		out = append(out, resource{
			ID: hashID(l.to.publisher[:], l.Info.Product+"/"+code), Type: "entitlements",
			Attributes: featureFields{Name: code, Code: code, Created: l.Issued, Updated: l.Issued},
		})
	}
	return out
}

// hashID names what has no id of its own: always the same for the same thing.
func hashID(of []byte, name string) string {
	sum := sha256.Sum256(slices.Concat(of, []byte{0}, []byte(name)))
	return license.NamedID(sum[:16]).String()
}
