package actor

import "github.com/licet/licet/internal/text"

// Note is a remark in an answer that is not a refusal: a stable code and its
// sentence by language.
type Note struct {
	Code  string            `json:"code" doc:"The stable code of the remark." example:"actor.shown_once"`
	Texts map[string]string `json:"texts" doc:"The sentence by language: de, en."`
}

// ShownOnce says that a repeated request gets no secret, because the first
// answer had it and it is not kept, or another one has taken its place.
func ShownOnce() *Note {
	const code = "actor.shown_once"
	n := Note{Code: code, Texts: map[string]string{}}
	for _, l := range text.Langs() {
		n.Texts[string(l)] = text.T(l, "note."+code)
	}
	return &n
}
