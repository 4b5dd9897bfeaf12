package main

// What counts as a check of a right:
//
//   - every call of a guard (below) that is handed the caller, with its two halves,
//     the permission and the scope, taken away each by itself: a test that misses
//     one of them would otherwise speak for both;
//   - every call of a function that makes such a call, so that each door misses its
//     own check, and not only the first door that shares a helper;
//   - the comparisons and conditions in others: publishers, bearers' codes, the state
//     of keys and sources, signatures of shops, the route table, the gate's own rules.
//
// A comparison of a caller that stands neither there nor in innocent stops this
// program, so that a new check cannot be forgotten. The search covers the doors,
// the gate, the routes and every adapter. Two things are not taken away. What keeps
// publishers apart in SQL is the first column of every key, which comes from the
// caller; no call could be left out, and the foreign case of each door tries it.
// And cmd/licet has no checks: whoever sits at the console is the administrator.

// removals are the ways to take a check away: the function that its expression,
// or the caller in it, goes through, with the number of the mutant.
var removals = map[string]string{
	// the condition holds, or never does
	"True":  "func mutantTrue%[1]d(v bool) bool { return v || mutantChosen == \"%[1]d\" }",
	"False": "func mutantFalse%[1]d(v bool) bool { return v && mutantChosen != \"%[1]d\" }",
	// there is no refusal
	"Nil": "func mutantNil%[1]d(err error) error { if mutantChosen == \"%[1]d\" { return nil }; return err }",
	// the caller holds every permission
	"All": "func mutantAll%[1]d(v actor.Set) actor.Set { if mutantChosen == \"%[1]d\" { return actor.All() }; return v }",
	// the permission is not asked for, only the scope
	"Right": "func mutantRight%[1]d(by actor.Actor) actor.Actor { if mutantChosen == \"%[1]d\" { by.Reason = actor.MutantRight }; return by }",
	// the scope is not asked for, only the permission
	"Scope": "func mutantScope%[1]d(by actor.Actor) actor.Actor { if mutantChosen == \"%[1]d\" { by.Reason = actor.MutantScope }; return by }",
	// neither is asked for behind this call
	"Both": "func mutantBoth%[1]d(by actor.Actor) actor.Actor { if mutantChosen == \"%[1]d\" { by.Reason = actor.MutantBoth }; return by }",
}

// guards are the methods that ask for a caller's right when they are handed the
// caller, and the ways in which such a call is taken away. Functions of a
// context that call one of them need no entry: each call of theirs is a mutant
// of its own, in which the gate lets the caller pass (Both).
var guards = map[string][]string{
	"Check":     {"Right", "Scope"},
	"mayRead":   {"Right", "Scope"},
	"mayWrite":  {"Both"}, // of the catalog: it says itself what it asks for
	"maySource": {"Right", "Scope"},
	"Scope":     {"Right", "Scope"},
	"Sees":      {"True"},
	"Effective": {"All"},
}

// others are checks that are no such call, by file and text, and how each is
// taken away.
var others = map[string]string{
	"internal/actor/store_gate.go !by.signedIn()":                                     "False",
	"internal/actor/store_gate.go !org.IsZero()":                                      "False",
	"internal/actor/store_gate.go !by.Perms.Has(perm)":                                "False",
	"internal/actor/view.go !by.signedIn()":                                           "False",
	"internal/actor/view.go !v.sees(by, org)":                                         "False",
	"internal/actor/view.go !v.effective(by).Has(perm)":                               "False",
	"internal/actor/view.go by.Publisher != v.publisher":                              "False",
	"internal/actor/view.go v.f.below(org, by.Org)":                                   "True",
	"internal/catalog/service.go by.IsInstallation()":                                 "False",
	"internal/job/service.go j.Publisher != by.Publisher":                             "False",
	"internal/license/service_license.go id == l.ID.String()":                         "True",
	"internal/license/service_license.go id == l.Ticket.String()":                     "True",
	"internal/license/service_read.go by.Publisher != m.publisher":                    "False",
	"internal/license/service_ticket.go by.Publisher.IsZero()":                        "False",
	"internal/license/service_ticket.go rows[0].publisher != p":                       "False",
	"internal/license/service_validate.go by.Publisher != p":                          "False",
	"internal/order/service_source.go format.VerifyWoo(secret, in.Raw, in.Signature)": "Nil",
	"internal/order/service_source.go src.State != SourceActive":                      "False",
	"internal/org/service.go !by.SignedIn()":                                          "False",
	"internal/org/service_auth.go !f.key.RevokedAt.IsZero()":                          "False",
	"internal/org/service_auth.go f.state != StateOpen":                               "False",
	"internal/org/service_auth.go !f.key.live(now)":                                   "False",
	"internal/org/service_member.go !v.Below(o.ID, r.Org)":                            "False",
	"internal/org/service_member.go !v.Below(org, m.org)":                             "False",
	"internal/org/service_org.go !by.SignedIn()":                                      "False",
	"internal/org/service_publisher.go !by.SignedIn()":                                "False",
	"internal/org/service_publisher.go id != by.Publisher":                            "False",
	"internal/org/service_publisher.go installationOnly(by)":                          "Nil",
	"internal/org/service_role.go v.Below(by.Org, role.Org)":                          "True",
	"internal/route/mux.go !rt.Public":                                                "False",
	"internal/route/mux.go !rt.Public && rt.Permission == \"\"":                       "False",
	"internal/org/service_publisher.go !by.IsInstallation()":                          "False",
	"internal/route/mux.go by.Kind == actor.KindAnonymous":                            "False",
	"internal/route/mux.go m.origin.Check(r) != nil":                                  "False",
	"internal/route/mux.go !by.Perms.Has(rt.Permission)":                              "False",
}

// innocent are comparisons of a caller that refuse nobody, by file and text, each
// with what they are for.
var innocent = map[string]string{
	"internal/actor/forest.go f.base.Below(tree.ID(d), tree.ID(a))":                          "what the gate asks",
	"internal/app/checkpoint.go l.Publisher != p":                                            "whose checkpoints are compared",
	"internal/route/mux.go !rt.Public || r.Header.Get(\"Authorization\") != \"\" || rt.HTML": "without the header nobody is found in any case",
	"internal/actor/store_gate.go by.Publisher.IsZero()":                                     "the administrator outside any publisher has an answer of its own",
	"internal/actor/store_gate.go by.Whole()":                                                "whose scope needs no list",
	"internal/actor/store_gate.go by.Org == v.f.root":                                        "whose scope needs no list",
	"internal/order/service_party.go by.Whole()":                                             "whose sources have no prefix",
	"internal/order/service_party.go by.Org == pub.Root":                                     "whose sources have no prefix",
	"internal/order/service_party.go g.by.Org.IsZero()":                                      "where new customers stand",
	"internal/org/service.go by.Org.IsZero()":                                                "the organization that is meant when none is named",
	"internal/org/service_key.go by.Kind != actor.KindKey":                                   "keys end with the key that made them; a person has none",
	"internal/org/service_move.go v.Below(target.ID, o.ID)":                                  "a cycle is refused to everybody",
	"internal/license/service_license.go by.Kind == actor.KindBearer":                        "whose proof is a code; it is checked right behind",
	"internal/license/service_read.go by.Publisher.IsZero()":                                 "callers without a publisher: the signature is the proof",
	"internal/license/service_validate.go by.Publisher.IsZero()":                             "callers without a publisher: the key is the proof",
	"internal/catalog/service.go by.Publisher.IsZero()":                                      "the condition that the check behind it has",
}

// without are packages that hold no checks of a caller.
var without = map[string]string{
	"internal/bench": "measures",
}

// doubled are parts of checks that no test can miss, by file, function, text and
// the way they are taken away, each with the reason.
var doubled = map[string]string{
	"internal/catalog/service.go mayWrite: s.gate.Check(q, by, actor.CatalogRead, by.Org) (Right)":                        "it only tells what is foreign from what is denied",
	"internal/catalog/service_apply.go Apply: s.mayWrite(tx, by) (Both)":                                                  "the plan was made under the same check; only a publisher that ends between the two steps makes a difference",
	"internal/connect/service.go List: s.gate.Check(r, by, actor.WebhookManage, e.Org) (Right)":                           "the right was asked for before the list was read",
	"internal/license/service_license.go chosen: w.s.ticketFor(w.tx, w.by, in.Ticket, false, actor.LicenseRecall) (Both)": "every license of the ticket is asked for, too",
	"internal/license/service_list.go scope: s.gate.Scope(r, by, perm) (Right)":                                           "mayRead has asked; here only the place counts",
	"internal/license/service_list.go scope: s.gate.Scope(r, by, actor.SupportRead) (Right)":                              "mayRead has asked; here only the place counts",
	"internal/license/service_ticket.go mayRead: s.gate.Check(q, by, actor.SupportRead, org) (Scope)":                     "it is asked only where the first answer was denied, which is inside the scope",
	"internal/order/service_confirm.go Confirm: s.once(tx, by, …) (Both)":                                                 "hold has asked for the same order",
	"internal/order/service_confirm.go Reject: s.once(tx, by, …) (Both)":                                                  "hold has asked for the same order",
	"internal/order/service_party.go check: g.s.gate.Check(g.q, g.by, actor.OrderWrite, o.ID) (Right)":                    "sender has asked for the right",
	"internal/order/service_party.go make: g.s.gate.Check(g.q, g.by, actor.OrgWrite, parent) (Scope)":                     "the parent is the caller's own organization, or a buyer that was checked",
	"internal/order/service_place.go copied: s.gate.Check(q, by, actor.OrderWrite, o.Buyer) (Right)":                      "sender has asked for the right",
	"internal/order/service_place.go unpaid: s.gate.Check(q, by, actor.OrderWrite, o.Buyer) (Right)":                      "sender has asked for the right",
	"internal/order/service_reconcile.go entries: s.gate.Check(q, by, actor.OrderRead, o.Buyer) (Right)":                  "Reconcile has asked for the right",
	"internal/order/service_source.go Sources: s.gate.Check(q, by, actor.KeyManage, src.Org) (Right)":                     "the right was asked for before the list was read",
	"internal/order/service_tickets.go Tickets: s.gate.Check(q, by, actor.TicketReveal, o.Buyer) (Scope)":                 "readable has asked for the scope",
	"internal/order/service_view.go Find: s.gate.Check(q, by, actor.OrderRead, o.Buyer) (Right)":                          "sender has asked for the right",
	"internal/org/service_auth.go usable: !f.key.RevokedAt.IsZero() (False)":                                              "the token of a revoked key leads nowhere any more",
	"internal/sign/service_escrow.go RotateIdentity: s.change(ctx, by, actor.PublisherManage, …) (Both)":                  "the same was asked for before the file was written",
}

// A pass is a place where the gate lets a caller pass that bears the mark of a
// mutant.
type pass struct{ file, old, with string }

var passes = []pass{
	{
		"internal/actor/view.go", "func (v View) check(by *Actor, perm Permission, org OrgID) error {",
		"if by.Reason == MutantBoth { return nil }",
	},
	{
		"internal/actor/view.go", "func (v View) sees(by *Actor, org OrgID) bool {",
		"if by.Reason == MutantBoth || by.Reason == MutantScope { return true }",
	},
	{
		"internal/actor/view.go", "func (v View) effective(by *Actor) Set {",
		"if by.Reason == MutantBoth || by.Reason == MutantRight { return All() }",
	},
	{
		"internal/actor/store_gate.go", "func (g *Gate) Check(q db.Querier, by Actor, perm Permission, org OrgID) error {",
		"if by.Reason == MutantBoth { return nil }",
	},
	{
		"internal/actor/store_gate.go", "func checkInstallation(by Actor, perm Permission, org OrgID) error {",
		"if by.Reason == MutantScope { org = OrgID{} }; if by.Reason == MutantRight { by.Perms = All() }",
	},
	{
		"internal/actor/store_gate.go", "func (g *Gate) Scope(q db.Querier, by Actor, perm Permission) (db.IDs[Org], error) {",
		"if by.Reason == MutantBoth { return nil, nil }",
	},
	{
		"internal/actor/store_gate.go", "if by.Whole() || by.Org == v.f.root {",
		"return nil, nil }; if by.Reason == MutantScope {",
	},
}
