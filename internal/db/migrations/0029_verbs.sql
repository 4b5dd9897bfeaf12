-- +goose Up

-- Terms that no order line sells: of a license that replaced another one, or that
-- went to another holder (moved). They keep the line of what was sold, so that
-- lowering and reversing it find them.
ALTER TABLE license_snapshot ADD COLUMN derived {bool} NOT NULL DEFAULT {false};
ALTER TABLE license_snapshot ADD COLUMN moved {bool} NOT NULL DEFAULT {false};

-- sold_to is who had the ticket before it went to another holder, split_from the
-- ticket that it was split off. A merged ticket went into another one, whose last
-- group its bearer is told, unless that one is somebody else's.
ALTER TABLE ticket ADD COLUMN sold_to {uuid};
ALTER TABLE ticket ADD COLUMN split_from {uuid};
ALTER TABLE ticket ADD COLUMN into_id {uuid};
ALTER TABLE ticket ADD COLUMN into_hint {text} NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE ticket DROP COLUMN into_hint;
ALTER TABLE ticket DROP COLUMN into_id;
ALTER TABLE ticket DROP COLUMN split_from;
ALTER TABLE ticket DROP COLUMN sold_to;
ALTER TABLE license_snapshot DROP COLUMN moved;
ALTER TABLE license_snapshot DROP COLUMN derived;
