package app_test

import (
	"fmt"
)

// ten is a ticket of ten seats.
func (r *repeater) ten() string {
	r.Helper()
	placed := r.made("/orders", line(r.next("O"), "CAD-PRO-PERP", `,"quantity":10`))["orders"].([]any)[0].(map[string]any)
	return placed["lines"].([]any)[0].(map[string]any)["tickets"].([]any)[0].(map[string]any)["id"].(string)
}

func verbCases() map[string]repeatCase {
	return map[string]repeatCase{
		"/tickets/{id}/split": on("/tickets/{}/split", `{"quantity":1,"reason":{"code":"request"}}`, (*repeater).ten),
		"/tickets/{id}/merge": {ask: func(r *repeater) ask {
			whole := r.ten()
			part := r.made("/tickets/"+whole+"/split", `{"quantity":1,"reason":{"code":"request"}}`)["ticket"].(map[string]any)["id"]
			return ask{path: "/tickets/" + whole + "/merge", body: fmt.Sprintf(`{"from":%q,"reason":{"code":"mistake"}}`, part)}
		}},
		"/tickets/{id}/transfer": {dry: true, ask: func(r *repeater) ask {
			return ask{path: "/tickets/" + r.ten() + "/transfer", body: fmt.Sprintf(`{"to":%q,"devices":"return","reason":{"code":"handover"}}`, r.customer())}
		}},
		"/licenses/{id}/replace": {dry: true, ask: func(r *repeater) ask {
			id := r.sell("CAD-PRO-PROJECT").license
			return ask{path: "/licenses/" + id + "/replace", body: `{"article":"CAD-PRO-PERP","reason":{"code":"mistake"}}`}
		}},
	}
}
