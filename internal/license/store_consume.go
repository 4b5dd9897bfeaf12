package license

import "github.com/licet/licet/internal/db"

var (
	qConsumption = db.SQL("license.consumption", `
SELECT units, spent, left_over FROM consumption WHERE publisher_id = ? AND id = ?`)
	qConsumptionInsert = db.SQL("license.consumption_insert", `
INSERT INTO consumption (publisher_id, id, license_id, units, spent, left_over, at) VALUES {rows}`)
)
