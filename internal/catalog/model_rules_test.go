package catalog_test

import (
	"encoding/json"
	"testing"

	"github.com/licet/licet/internal/catalog"
	"github.com/licet/licet/internal/day"
	"github.com/licet/licet/internal/fault"
	"github.com/licet/licet/internal/text"
)

// model returns the defaults of a kind, made valid, and changed.
func model(k catalog.Kind, change func(*catalog.ModelSpec)) catalog.ModelSpec {
	m := catalog.Defaults(k)
	switch k {
	case catalog.TimeLimited, catalog.Trial, catalog.NFR:
		m.Duration = catalog.Duration{Days: 30, From: catalog.FromFirstActivation}
	case catalog.Maintenance:
		m.Maintenance = 12
	}
	if change != nil {
		change(&m)
	}
	return m
}

func TestEveryKindHasAValidModel(t *testing.T) {
	if len(catalog.Kinds()) != 11 {
		t.Fatalf("%d kinds", len(catalog.Kinds()))
	}
	for _, k := range catalog.Kinds() {
		m := model(k, nil)
		if err := m.Check(); err != nil {
			t.Errorf("%s: %v", k, err)
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back catalog.ModelSpec
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(back); string(again) != string(b) {
			t.Errorf("%s: %s became %s", k, b, again)
		}
	}
}

func TestModelRules(t *testing.T) {
	type spec = catalog.ModelSpec
	for _, c := range []struct {
		name   string
		kind   catalog.Kind
		change func(*spec)
		want   *fault.Error
		field  string
	}{
		{"unknown kind", "monthly", nil, catalog.ErrChoice, "/kind"},
		{"no containers", catalog.Multi, func(m *spec) { m.Containers = nil }, catalog.ErrContainersMissing, "/containers"},
		{"unknown container", catalog.Multi, func(m *spec) { m.Containers = []string{"soft", "dongle"} }, catalog.ErrChoice, "/containers/1"},
		{"container twice", catalog.Multi, func(m *spec) { m.Containers = []string{"soft", "soft"} }, catalog.ErrTwice, "/containers/1"},
		{"unknown enforcement", catalog.Multi, func(m *spec) { m.Enforce = "brick" }, catalog.ErrChoice, "/enforce"},
		{"negative months", catalog.TimeLimited, func(m *spec) { m.Duration.Months = -1 }, catalog.ErrRange, "/duration/months"},
		{"endless months", catalog.TimeLimited, func(m *spec) { m.Duration.Months = 1201 }, catalog.ErrRange, "/duration/months"},
		{"too many days", catalog.TimeLimited, func(m *spec) { m.Duration.Days = 36_526 }, catalog.ErrRange, "/duration/days"},
		{"no match needed", catalog.Multi, func(m *spec) { m.Fingerprint.Min = 0 }, catalog.ErrRange, "/fingerprint/min"},
		{"restores without window", catalog.Multi, func(m *spec) { m.Restore.PerDays = 0 }, catalog.ErrRange, "/restore/per_days"},
		{"too many restores", catalog.Multi, func(m *spec) { m.Restore.Count = 1001 }, catalog.ErrRange, "/restore/count"},
		{"negative wait", catalog.Multi, func(m *spec) { m.Restore.WaitDays = -1 }, catalog.ErrRange, "/restore/wait_days"},
		{"negative grace", catalog.Multi, func(m *spec) { m.GraceDays = -1 }, catalog.ErrRange, "/grace_days"},
		{"negative refresh", catalog.Multi, func(m *spec) { m.RefreshDays = -1 }, catalog.ErrRange, "/refresh_days"},
		{"endless maintenance", catalog.Maintenance, func(m *spec) { m.Maintenance = 1201 }, catalog.ErrRange, "/maintenance_months"},
		{"overdraft too large", catalog.Multi, func(m *spec) { m.Overdraft = 1_000_001 }, catalog.ErrRange, "/overdraft"},
		{"duration from nowhere", catalog.TimeLimited, func(m *spec) { m.Duration.From = "yesterday" }, catalog.ErrChoice, "/duration/from"},
		{"time limited without an end", catalog.TimeLimited, func(m *spec) { m.Duration = catalog.Duration{} }, catalog.ErrEndMissing, "/duration"},
		{"trial without an end", catalog.Trial, func(m *spec) { m.Duration = catalog.Duration{} }, catalog.ErrEndMissing, "/duration"},
		{"empty duration", catalog.Multi, func(m *spec) { m.Duration.From = catalog.FromIssue }, catalog.ErrEndMissing, "/duration"},
		{"two ends", catalog.TimeLimited, func(m *spec) { m.FixedEnd = day.Of(2027, 12, 31) }, catalog.ErrTwoEnds, "/fixed_end"},
		{"long trial", catalog.Trial, func(m *spec) { m.Duration.Days = 367 }, catalog.ErrTrialLong, "/duration"},
		{"grace without an end", catalog.Multi, func(m *spec) { m.GraceDays = 7 }, catalog.ErrGraceWithoutEnd, "/grace_days"},
		{"grace after a missed contact", catalog.Multi, func(m *spec) { m.RefreshDays, m.GraceDays = 30, 7 }, catalog.ErrGraceWithoutEnd, "/grace_days"},
		{"renewal without a duration", catalog.Multi, func(m *spec) { m.Renews = true }, catalog.ErrRenews, "/renews"},
		{"single use comes back", catalog.SingleUse, func(m *spec) { m.Reusable = true }, catalog.ErrSingleUse, "/reusable"},
		{"single use moves", catalog.SingleUse, func(m *spec) { m.Transfer = true }, catalog.ErrSingleUse, "/transfer"},
		{"reusable is not", catalog.Reusable, func(m *spec) { m.Reusable = false }, catalog.ErrNotReusable, "/reusable"},
		{"floating is not reusable", catalog.Floating, func(m *spec) { m.Reusable = false }, catalog.ErrNotReusable, "/reusable"},
		{"maintenance without months", catalog.Maintenance, func(m *spec) { m.Maintenance = 0 }, catalog.ErrMaintenanceMissing, "/maintenance_months"},
		{"once per device elsewhere", catalog.Multi, func(m *spec) { m.Trial.OncePerDevice = true }, catalog.ErrTrialOnly, "/trial/once_per_device"},
		{"overdrawn trial", catalog.Trial, func(m *spec) { m.Overdraft = 1 }, catalog.ErrOverdraftKind, "/overdraft"},
		{"leases of what does not float", catalog.Multi, func(m *spec) { m.Floating.Lease = 900 }, catalog.ErrFloatingOnly, "/floating"},
		{"leases per team", catalog.Floating, func(m *spec) { m.Floating.Per = "team" }, catalog.ErrChoice, "/floating/per"},
		{"short leases", catalog.Floating, func(m *spec) { m.Floating.Lease = 59 }, catalog.ErrRange, "/floating/lease_seconds"},
		{"long leases", catalog.Floating, func(m *spec) { m.Floating.Lease = 86_401 }, catalog.ErrRange, "/floating/lease_seconds"},
		{"a year and more away", catalog.Floating, func(m *spec) { m.Floating.BorrowDays = 367 }, catalog.ErrRange, "/floating/borrow_days"},
		{"fewer than no places away", catalog.Floating, func(m *spec) { m.Floating.BorrowSeats = -1 }, catalog.ErrRange, "/floating/borrow_seats"},
		{"negative linger", catalog.Floating, func(m *spec) { m.Floating.Linger = -1 }, catalog.ErrRange, "/floating/linger_seconds"},
		{"long grace of leases", catalog.Floating, func(m *spec) { m.Floating.Grace = 86_401 }, catalog.ErrRange, "/floating/grace_seconds"},
		{"wait beyond the window", catalog.Multi, func(m *spec) { m.Restore.WaitDays = 400 }, catalog.ErrRestoreWait, "/restore/wait_days"},
		{"cloud only and offline", catalog.Multi, func(m *spec) { m.Containers = []string{"cloud"} }, catalog.ErrCloudOffline, "/offline"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := fault.All(model(c.kind, c.change).Check())
			for _, f := range faults {
				if f.Code == c.want.Code && f.Field == c.field {
					for _, l := range text.Langs() {
						if s := text.Fault(l, f.Code, f.Args); s == "" || containsBrace(s) {
							t.Errorf("%s: %q", l, s)
						}
					}
					return
				}
			}
			t.Fatalf("want %s at %s, got %v", c.want.Code, c.field, faults)
		})
	}
}

func TestModelsThatLookOddButAreFine(t *testing.T) {
	for name, m := range map[string]catalog.ModelSpec{
		"floating with overdraft":     model(catalog.Floating, func(m *catalog.ModelSpec) { m.Overdraft = 3 }),
		"floating that says nothing":  model(catalog.Floating, func(m *catalog.ModelSpec) { m.Floating = catalog.FloatingSpec{} }),
		"floating by person":          model(catalog.Floating, func(m *catalog.ModelSpec) { m.Floating.Per, m.Floating.Linger = "person", 3600 }),
		"months and then days":        model(catalog.TimeLimited, func(m *catalog.ModelSpec) { m.Duration.Months = 1 }),
		"multi that ends":             model(catalog.Multi, func(m *catalog.ModelSpec) { m.FixedEnd = day.Of(2028, 2, 29) }),
		"every container":             model(catalog.Multi, func(m *catalog.ModelSpec) { m.Containers = []string{"cloud", "hardware", "soft"} }),
		"cloud only, always online":   model(catalog.Multi, func(m *catalog.ModelSpec) { m.Containers, m.Offline = []string{"cloud"}, false }),
		"single use with an end":      model(catalog.SingleUse, func(m *catalog.ModelSpec) { m.FixedEnd = day.Of(2028, 1, 1) }),
		"no restore at all":           model(catalog.Multi, func(m *catalog.ModelSpec) { m.Restore = catalog.Restore{} }),
		"maintenance inside a period": model(catalog.TimeLimited, func(m *catalog.ModelSpec) { m.Maintenance = 24 }),
	} {
		if err := m.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
