package catalog

import (
	"github.com/licet/licet/internal/actor"
	"github.com/licet/licet/internal/db"
)

const groupColumns = `id, code, name_de, name_en, state, rev`

var (
	qGroup       = db.SQL("catalog.group", `SELECT `+groupColumns+` FROM article_group WHERE publisher_id = ? AND id = ?`)
	qGroupByCode = db.SQL("catalog.group_by_code", `SELECT `+groupColumns+` FROM article_group
		WHERE publisher_id = ? AND code_key = ?`)
	qGroups    = db.SQL("catalog.groups", `SELECT `+groupColumns+` FROM article_group WHERE publisher_id = ?`)
	qGroupPage = db.SQL("catalog.group_page", `SELECT `+groupColumns+` FROM article_group
		WHERE publisher_id = ? AND code_key >= ? AND code_key < ? AND (? = '' OR state = ?)
		ORDER BY code_key LIMIT ?`)
	qGroupInsert = db.SQL("catalog.group_insert", `INSERT INTO article_group
		(publisher_id, id, code, code_key, name_de, name_en, state, rev) VALUES {rows}`)
	qGroupUpdate = db.SQL("catalog.group_update", `UPDATE article_group SET name_de = ?, name_en = ?, state = ?, rev = ?
		WHERE publisher_id = ? AND id = ?`)

	qMembers = db.SQL("catalog.members", `SELECT m.group_id, i.number FROM article_group_member m
		JOIN item i ON i.publisher_id = m.publisher_id AND i.id = m.item_id
		WHERE m.publisher_id = ? AND m.group_id = ?`)
	qAllMembers = db.SQL("catalog.all_members", `SELECT m.group_id, i.number FROM article_group_member m
		JOIN item i ON i.publisher_id = m.publisher_id AND i.id = m.item_id
		WHERE m.publisher_id = ?`)
	qMemberInsert = db.SQL("catalog.member_insert", `INSERT INTO article_group_member (publisher_id, group_id, item_id) VALUES {rows}`)
	qMemberDelete = db.SQL("catalog.member_delete", `DELETE FROM article_group_member
		WHERE publisher_id = ? AND group_id = ? AND {ids:item_id}`)
	qGroupsOf = db.SQL("catalog.groups_of", `SELECT g.id FROM article_group_member m
		JOIN article_group g ON g.publisher_id = m.publisher_id AND g.id = m.group_id
		WHERE m.publisher_id = ? AND m.item_id = ? AND g.state = 'active' ORDER BY g.id`)
)

func scanGroup(r *db.Rows) (g Group, err error) {
	err = r.Scan(&g.ID, &g.Code, &g.Name.DE, &g.Name.EN, &g.State, &g.Rev)
	return g, err
}

// member is one line of a group.
type member struct {
	group  GroupID
	number string
}

func scanMember(r *db.Rows) (m member, err error) {
	err = r.Scan(&m.group, &m.number)
	return m, err
}

// findGroup returns a group with its members by its id or code, or ErrNotFound.
func findGroup(q db.Querier, p actor.PublisherID, ref string) (Group, error) {
	g, err := find(q, p, "group", ref, scanGroup, qGroup, qGroupByCode, FoldCode(ref))
	if err != nil {
		return g, err
	}
	members, err := db.List(q, scanMember, qMembers, p, g.ID)
	g.Members = numbersOf(members)
	return g, err
}

// numbersOf returns the members' numbers, sorted.
func numbersOf(members []member) []string {
	out := make([]string, len(members))
	for i, m := range members {
		out[i] = m.number
	}
	return sortedBy(out, FoldNumber)
}

func pageGroups(q db.Querier, p actor.PublisherID, f Query, s span, limit int) ([]Group, error) {
	return db.List(q, scanGroup, qGroupPage, p, s.from, s.to, string(f.State), string(f.State), limit)
}

func insertGroups(tx *db.Tx, p actor.PublisherID, groups []Group) error {
	rows := make([][]any, len(groups))
	for i, v := range groups {
		rows[i] = []any{p, v.ID, v.Code, FoldCode(v.Code), v.Name.DE, v.Name.EN, string(v.State), v.Rev}
	}
	if _, err := tx.ExecMany(qGroupInsert, rows); err != nil {
		return err
	}
	for _, v := range groups {
		if err := setMembers(tx, p, v.ID, nil, v.Members); err != nil {
			return err
		}
	}
	return nil
}

func updateGroup(tx *db.Tx, p actor.PublisherID, v Group) error {
	if _, err := tx.Exec(qGroupUpdate, v.Name.DE, v.Name.EN, string(v.State), v.Rev, p, v.ID); err != nil {
		return err
	}
	members, err := db.List(tx, scanMember, qMembers, p, v.ID)
	if err != nil {
		return err
	}
	return setMembers(tx, p, v.ID, numbersOf(members), v.Members)
}

// setMembers adds and removes what differs between two lists of numbers.
func setMembers(tx *db.Tx, p actor.PublisherID, g GroupID, was, is []string) error {
	add, err := itemsBeside(tx, p, is, was)
	if err != nil {
		return err
	}
	remove, err := itemsBeside(tx, p, was, is)
	if err != nil {
		return err
	}
	if len(remove) > 0 {
		if _, err := tx.Exec(qMemberDelete, p, g, remove); err != nil {
			return err
		}
	}
	rows := make([][]any, len(add))
	for i, id := range add {
		rows[i] = []any{p, g, id}
	}
	_, err = tx.ExecMany(qMemberInsert, rows)
	return err
}

// itemsBeside returns the items of the numbers that are in these and not in those.
func itemsBeside(q db.Querier, p actor.PublisherID, these, those []string) (db.IDs[Item], error) {
	known := make(map[string]bool, len(those))
	for _, n := range those {
		known[FoldNumber(n)] = true
	}
	var out db.IDs[Item]
	for _, n := range these {
		if known[FoldNumber(n)] {
			continue
		}
		i, err := itemByNumber(q, p, n)
		if err != nil {
			return nil, err
		}
		out = append(out, i.id)
	}
	return out, nil
}

// GroupsOf returns the active groups that an item is a member of, in a stable
// order. It is a part: it checks no rights.
func GroupsOf(q db.Querier, p actor.PublisherID, id ItemID) (db.IDs[Group], error) {
	found, err := db.List(q, func(r *db.Rows) (g GroupID, err error) {
		err = r.Scan(&g)
		return g, err
	}, qGroupsOf, p, id)
	return found, err
}
