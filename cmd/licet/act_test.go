package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/licet/licet/internal/license"
	"github.com/licet/licet/internal/text"
	"github.com/licet/licet/wire"
)

// desk is an installation with licenses in the field, and somebody at its console.
type desk struct {
	*field
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	f := newField(t)
	f.licet("key", "setup", "--active", "active.root", "--standby", "standby.root")
	f.licet("key", "pins", "--out", "pins.json")
	f.original = f.pins("pins.json")
	return &desk{f}
}

// sell orders a quantity of an article and returns ticket, code and license.
func (d *desk) sell(article, quantity string) (ticket, code, of string) {
	d.t.Helper()
	d.orders++
	doc := `{"source":"erp","number":"S` + string(rune('A'+d.orders)) + `","buyer":{"number":"C-7"},` +
		`"lines":[{"no":"1","article":"` + article + `","quantity":` + quantity + `}]}`
	d.must(os.WriteFile("sold.json", []byte(doc), 0o600))
	var answer []struct {
		Lines []struct {
			Tickets []struct{ Code string } `json:"tickets"`
		} `json:"lines"`
	}
	d.must(json.Unmarshal([]byte(d.licet("order", "place", "sold.json")), &answer))
	code = answer[0].Lines[0].Tickets[0].Code
	d.must(os.WriteFile("code.txt", []byte(code+"\nnot this\n"), 0o600))
	var found license.TicketInfo
	d.read(&found, "ticket", "find", "code.txt")
	return found.ID.String(), code, found.Licenses[0].ID.String()
}

// read reads what a command says as JSON.
func (d *desk) read(into any, words ...string) {
	d.t.Helper()
	d.must(json.Unmarshal([]byte(d.licet(append(words, "--json")...)), into))
}

// says runs a command and wants words in what it prints.
func (d *desk) says(command string, wants ...string) {
	d.t.Helper()
	out := d.licet(strings.Fields(command)...)
	for _, w := range wants {
		if !strings.Contains(out, w) {
			d.t.Errorf("licet %s lacks %q:\n%s", command, w, out)
		}
	}
	if strings.ContainsAny(out, "\t|+─") {
		d.t.Errorf("licet %s is not read aloud well:\n%s", command, out)
	}
}

// leaves runs a command and wants an exit code, and a word on standard error.
func (d *desk) leaves(exit int, word, command string) {
	d.t.Helper()
	if code, out, errs := d.try(strings.Fields("licet " + command)...); code != exit || !strings.Contains(errs, word) {
		d.t.Errorf("licet %s: exit %d, and not %d\n%s%s", command, code, exit, out, errs)
	}
}

func (d *desk) german(yes bool) {
	d.settings = nil
	if yes {
		d.settings = map[string]string{"LANG": "de_DE.UTF-8", "LICET_DATA": d.data}
	}
}

// Tickets are found, blocked, split, merged and transferred at the console, in both
// languages; a preview changes nothing, and what is repeated under one key is done
// once.
func TestTicketCommands(t *testing.T) {
	d := newDesk(t)
	ticket, _, _ := d.sell("CAD-PRO-PERP", "5")
	split := "ticket split " + ticket + " --seats 2"
	d.says(split+" --dry-run", "This is a preview", "A new ticket: issued.", "Used: 0 of 2")
	d.says("ticket show "+ticket, "Holder: C-7 (", "Used: 0 of 5; free: 5.")
	d.leaves(3, "license.reason_missing", split)
	d.leaves(3, "license.reason_note", split+" --reason other")
	d.leaves(2, "must be one of", split+" --reason because")
	var part, again license.SplitResult
	d.read(&part, strings.Fields(split+" --reason request --once k1")...)
	d.read(&again, strings.Fields(split+" --reason request --once k1")...)
	if part.Code == "" || again.Code != part.Code || again.Ticket.ID != part.Ticket.ID || again.From.Licenses[0].Quantity != 3 {
		t.Errorf("%+v, then %+v", part, again)
	}
	d.leaves(3, "actor.key_reused", "ticket split "+ticket+" --seats 1 --reason request --once k1")
	d.leaves(3, "license.split_all", "ticket split "+ticket+" --seats 3 --reason request")
	d.german(true)
	d.says("ticket merge "+ticket+" --from "+part.Ticket.ID.String()+" --reason mistake", "Belegt: 0 von 5", "licet ticket split "+ticket)
	d.says("ticket show "+part.Ticket.ID.String(), "zusammengelegt", "Es wurde mit dem Ticket zusammengelegt")
	d.says("ticket block "+ticket+" --reason misuse --note Forum", "gesperrt", "So heben Sie die Sperre auf: licet ticket unblock "+ticket)
	d.german(false)
	d.leaves(3, "license.ticket_state", split+" --reason request")
	d.says("ticket unblock "+ticket+" --reason mistake", "issued", "licet ticket block "+ticket)
	_, _, _ = d.sell("CAD-PRO-PERP", "1")
	d.must(os.WriteFile("other.json", []byte(`{"source":"erp","number":"X","buyer":{"number":"C-8"},"lines":[{"no":"1","article":"CAD-PRO-PERP","quantity":1}]}`), 0o600))
	d.licet("order", "place", "other.json")
	to := "ticket transfer " + ticket + " --to C-8 --devices return"
	d.says(to+" --dry-run", "This is a preview", "Holder: C-8", "gets a new code")
	d.says(to+" --reason handover", "Holder: C-8", "Its code: ", "transfer the ticket back")
	d.leaves(4, "not_found", "ticket transfer "+ticket+" --to C-99 --devices keep --reason handover")
	d.says("ticket list --holder C-8", "Holder: C-8")
	d.says("acts --holder C-7", "split ticket "+ticket, "Reason: used against the terms", "Note: Forum", "transferred ticket")
	d.says("acts", "There are no entries.")
	d.leaves(4, "license.not_found", "ticket show x")
	d.leaves(3, "license.code_typo", "ticket find")
}

// Who is eligible for an academic license is recorded and shown, and stops nothing when
// its evidence is out of date; the units of a license are shown, too.
func TestEligibilityCommand(t *testing.T) {
	d := newDesk(t)
	_, _, of := d.sell("CAD-EDU", "1")
	record := "license eligibility " + of + " --who student --evidence contract-17"
	d.says(record, "Eligible: student, by contract-17.")
	d.says(record+" --until 2031-09-30", "until 30 Sep 2031.")
	d.says(record+" --until 2020-09-30", "until 30 Sep 2020. The license goes on")
	d.german(true)
	d.says("license show "+of, "Berechtigt: student, nachgewiesen durch contract-17; das galt bis 30.")
	d.german(false)
	d.leaves(3, "day.bad_date", record+" --until soon")
	_, _, other := d.sell("SIM-UNITS", "2")
	d.leaves(3, "license.not_academic", "license eligibility "+other+" --who student --evidence x")
	d.says("license show "+other, "Units (units): 0 of 2,000 consumed")
}

// Licenses, activations and containers, with a device that holds one.
func TestLicenseCommands(t *testing.T) {
	d := newDesk(t)
	ticket, code, of := d.sell("CAD-PRO-YEAR", "2")
	d.says("license show "+of, "Not activated yet. Last day if it is activated today: ")
	d.old = d.machine(d.original)
	d.old.with(code)
	var shown licenseShown
	d.read(&shown, "license", "show", of)
	id, box := shown.Activations[0].ID.String(), shown.Activations[0].Container.String()
	d.says("license show "+of, "Used: 1 of 2; free: 1.", "Last day: ", "Activation "+id)
	d.says("license extend "+of+" --until 2040-12-31 --dry-run", "This is a preview")
	d.says("license extend "+of+" --until 2040-12-31 --reason goodwill", "2040")
	d.leaves(3, "day.bad_date", "license extend "+of+" --until soon --reason goodwill")
	d.german(true)
	d.says("license block "+of+" --reason misuse", "gesperrt", "licet license unblock "+of)
	d.says("license list --state blocked", of)
	d.says("license unblock "+of+" --reason mistake", "verfügbar")
	d.says("activation return "+id+" --dry-run", "Das ist eine Vorschau", "wird beim nächsten Kontakt zurückgegeben")
	d.german(false)
	d.says("activation restore "+id+" --dry-run", "freed for another device")
	d.says("container list --license "+of, box, "kind soft: active")
	d.says("container block "+box, "blocked")
	d.says("container show "+box, "blocked", "Activation "+id)
	d.says("container allow "+box, "active")
	d.says("activation move "+id+" --reason moved", "freed for another device", "shut out")
	d.says("license show "+of, "Used: 0 of 2")
	d.says("license replace "+of+" --dry-run", "In its place comes", "swap the old license for it at their next contact: 0.")
	d.says("license replace "+of+" --reason defect", "available", "cannot be undone")
	d.says("license recall --ticket "+ticket+" --dry-run", "This is a preview", "Licenses: 1.")
	d.says("license recall --ticket "+ticket+" --reason mistake", "Licenses: 1.", "cannot be undone")
	for _, c := range []string{
		"license show x", "license block x --reason lost", "license recall x --reason lost", "license replace x --reason lost",
		"license recall --ticket x --reason lost", "activation return x --reason lost", "activation restore x --reason lost",
		"container show x", "container list --license x", "ticket merge x --from y --reason lost", "cloud close x", "cloud grant x y",
	} {
		d.leaves(4, "license.not_found", c)
	}
}

// Support grants what the allowance does not, and a return happens at the device.
func TestActivationCommands(t *testing.T) {
	d := newDesk(t)
	_, code, of := d.sell("CAD-PRO-PERP", "2")
	d.old = d.machine(d.original)
	d.old.with(code)
	var shown licenseShown
	d.read(&shown, "license", "show", of)
	first := shown.Activations[0].ID.String()
	d.says("activation return "+first+" --reason request", "to be returned", "activate it there afterwards")
	other := d.machine(d.original)
	other.with(code)
	d.read(&shown, "license", "show", of)
	for _, x := range shown.Activations {
		if id := x.ID.String(); id != first {
			d.says("activation restore "+id+" --reason lost", "freed for another device", "support has granted it")
		}
	}
	if err := other.try(&wire.Request{Action: wire.ActRefresh, Held: []wire.Held{{LicenseID: other.id, Generation: other.gen}}}); err == nil {
		d.says("license show "+of, "Used: 1 of 2")
	}
}

// Cloud containers from their making to their end.
func TestCloudCommands(t *testing.T) {
	d := newDesk(t)
	_, _, of := d.sell("SIM-CAP", "3")
	make := []string{"cloud", "make", "--org", "C-7", "--service", "Build farm", "--once", "k"}
	var made, again license.CloudMade
	d.read(&made, make...)
	d.read(&again, make...)
	if made.Secret == "" || again.Secret != made.Secret || again.ID != made.ID {
		t.Errorf("%+v, then %+v", made, again)
	}
	id := made.ID.String()
	d.says("cloud make --service Nightly", "service account Nightly", "Its secret, shown only now: ")
	d.german(true)
	d.says("cloud list --org C-7", "Cloud-Container "+id+" des Dienstkontos Build farm, Organisation C-7 (")
	d.german(false)
	d.says("cloud grant "+id+" "+of, "active")
	d.says("cloud withdraw "+id+" "+of, "active")
	d.says("cloud close "+id, "blocked")
	d.leaves(3, "license.cloud_account", "cloud make --org C-7 --service "+strings.Repeat("x", 65))
	d.leaves(4, "license.cloud_no_member", "cloud make --org C-7 --person x")
	d.leaves(2, "", "cloud make --org C-7")
}

// Every state, reason and act has a word in both languages.
func TestActWords(t *testing.T) {
	for _, key := range []string{
		"ticket.state.issued", "ticket.state.blocked", "ticket.state.reversed", "ticket.state.expired", "ticket.state.merged",
		"license.state.available", "license.state.blocked", "license.state.recall_pending", "license.state.recalled", "license.state.replaced",
		"activation.state.requested", "activation.state.delivered", "activation.state.confirmed", "activation.state.return_requested",
		"activation.state.recall_pending", "activation.state.lent", "activation.state.returned", "activation.state.superseded",
		"activation.state.restored_away", "activation.state.recalled", "activation.state.elapsed",
	} {
		if !text.Has("word." + key) {
			t.Errorf("there is no word for %s", key)
		}
	}
	for _, r := range license.Reasons() {
		if !text.Has("word.reason." + r) {
			t.Errorf("there is no word for the reason %s", r)
		}
	}
}
