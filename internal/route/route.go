package route

import (
	"net/http"

	"github.com/licet/licet/internal/actor"
)

// Handler serves one route for an actor. A returned error is rendered by the
// Mux; the handler must not have written anything then.
type Handler func(w http.ResponseWriter, r *http.Request, by actor.Actor) error

// Failer renders a refusal of a route in a form of its own. id names the request.
type Failer func(w http.ResponseWriter, r *http.Request, err error, id string)

// Class says who goes first when there is more work than the server can do:
// the lower the class, the later it is refused.
type Class uint8

// The classes, in falling order of priority.
const (
	Verify   Class = iota // validation, renewal: running software waits for it
	Activate              // somebody sits in front of a dialog
	Order                 // a machine that repeats by itself
	Page                  // people looking at pages
	Bulk                  // exports and reports
	classes
)

// Route is one row of a listener's table.
type Route struct {
	Method     string
	Pattern    string           // as http.ServeMux understands it, without the method
	Permission actor.Permission // what the caller must hold; "" only with Public
	Public     bool             // anybody may call it; the door decides by the bearer's proof
	Class      Class
	MaxBody    int64  // bytes; 0 = 1 MiB
	HTML       bool   // errors are rendered as pages
	Own        bool   // with Public: the handler reads the Authorization header itself
	Fail       Failer // renders errors in another form; nil = problem details, or pages
	Handler    Handler
}

// defaultBody is the body limit of routes that name none, in bytes.
const defaultBody = 1 << 20

func (rt Route) limit() int64 {
	if rt.MaxBody > 0 {
		return rt.MaxBody
	}
	return defaultBody
}
