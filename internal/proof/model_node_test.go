//go:build model

package proof_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// post sends a JSON object.
func (n *node) post(path string, in any) (answer, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return answer{}, err
	}
	return n.send(call{method: http.MethodPost, path: path, body: raw, kind: "application/json"})
}

// advance moves the clock of the world and of a node on it.
func (w *world) advance(n *node, by time.Duration) {
	n.tell(fmt.Sprint("clock ", w.clock.by.Add(int64(by))))
}
