package actor

import (
	"encoding/json"
	"testing"

	"github.com/licet/licet/internal/fault"
)

func TestEveryPermissionIsDescribed(t *testing.T) {
	seen := map[Permission]bool{}
	for _, p := range Permissions() {
		if p.EN == "" || p.DE == "" || seen[p.Name] {
			t.Errorf("%s: not described in both languages, or twice", p.Name)
		}
		seen[p.Name] = true
	}
	if len(seen) != All().Len() || len(seen) > 64 {
		t.Errorf("%d permissions, All has %d", len(seen), All().Len())
	}
}

func TestSet(t *testing.T) {
	s := NewSet(OrderRead, OrgRead)
	if !s.Has(OrderRead) || s.Has(OrderWrite) || s.Has("no.such") || s.String() != "org.read,order.read" {
		t.Errorf("set %s", s)
	}
	if !s.Subset(All()) || All().Subset(s) || !(Set{}).Subset(s) || !(Set{}).IsEmpty() {
		t.Error("subset")
	}
	if s.Or(NewSet(JobRead)).Minus(NewSet(OrgRead)) != NewSet(OrderRead, JobRead) || s.And(NewSet(OrgRead, JobRead)) != NewSet(OrgRead) {
		t.Error("operations")
	}
	b, err := json.Marshal(s)
	if err != nil || string(b) != `["org.read","order.read"]` {
		t.Errorf("%s, %v", b, err)
	}
	var back Set
	if err := json.Unmarshal(b, &back); err != nil || back != s {
		t.Errorf("%v, %v", back, err)
	}
	err = json.Unmarshal([]byte(`["org.read","org.fly"]`), &back)
	if f := fault.As(err); f == nil || f.Code != "actor.unknown_permission" || f.Args["permission"] != "org.fly" || back != s {
		t.Errorf("%v", err)
	}
	if json.Unmarshal([]byte(`"org.read"`), &back) == nil {
		t.Error("a set from a string")
	}
}

func TestSystemCannotMakePublishers(t *testing.T) {
	if System(PublisherID{1}).IsInstallation() || !Installation().IsInstallation() || !Installation().In(PublisherID{1}).IsInstallation() {
		t.Error("who is the installation?")
	}
	key := Actor{Kind: KindKey, Publisher: PublisherID{1}, Perms: All()}
	if key.IsInstallation() || key.In(PublisherID{2}).Publisher != (PublisherID{1}) {
		t.Error("a key changes tenant")
	}
}
