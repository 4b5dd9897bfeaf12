package actor

import (
	"encoding/json"
	"fmt"
)

// maxEntryData bounds the data of one entry: a line says what happened, it is
// not a copy of the thing.
const maxEntryData = 4096

// Entry is what a door tells the journal: which entity, which event, and small
// facts about it. Data must hold pseudonymous ids, codes, counts and days only,
// never a name, an address, a free text, a ticket code or a key.
type Entry struct {
	Entity string   // "ticket"
	ID     [16]byte // id of the entity, not zero
	Event  string   // "ticket.issued"
	Data   any      // marshaled to JSON, at most 4 KiB; nil = no facts
	By     string   // pseudonym of whoever did it, where a many-form writes for several; "" = the caller
}

// encode checks e and returns its data as the bytes that are stored and hashed.
// A broken entry is a mistake of the program, so the error is no fault.
func (e Entry) encode() (string, error) {
	if e.Entity == "" || e.Event == "" || e.ID == ([16]byte{}) {
		return "", fmt.Errorf("journal entry %q on %q: entity, id and event must be set", e.Event, e.Entity)
	}
	if e.Data == nil {
		return "{}", nil
	}
	b, err := json.Marshal(e.Data)
	if err != nil {
		return "", fmt.Errorf("journal entry %q: %w", e.Event, err)
	}
	if len(b) > maxEntryData {
		return "", fmt.Errorf("journal entry %q: %d bytes of data, at most %d", e.Event, len(b), maxEntryData)
	}
	return string(b), nil
}
