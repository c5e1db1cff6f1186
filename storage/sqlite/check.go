package sqlite

import (
	"context"
	"fmt"

	"kepu/journal"
)

// Check reports, in Chinese, each thing wrong with the file: SQLite's own
// integrity check, journal.Verify, parts that do not match their hash, and what
// an erased record should no longer have. The error says that checking itself
// failed. The store may be in use meanwhile. progress may be nil.
func (s *Store) Check(ctx context.Context, progress func(done, total int), report func(problem string)) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if err := s.integrity(ctx, report); err != nil {
		return s.fault(err, "check file")
	}
	if err := journal.Verify(ctx, s, s.chain, progress, report); err != nil {
		return s.fault(err, "check entries")
	}
	if err := s.parts(ctx, report); err != nil {
		return s.fault(err, "check parts")
	}
	return s.fault(s.remains(ctx, report), "check remains")
}

func (s *Store) integrity(ctx context.Context, report func(string)) error {
	lines, err := collect(scanText)(s.read.scans.QueryContext(ctx, "PRAGMA integrity_check(100)"))
	if err != nil || len(lines) == 1 && lines[0] == "ok" {
		return err
	}
	for _, line := range lines {
		report("数据库文件：" + line)
	}
	return nil
}

func scanText(row scanner) (s string, err error) {
	err = row.Scan(&s)
	return s, err
}

func (s *Store) parts(ctx context.Context, report func(string)) error {
	rows, err := s.read.scans.QueryContext(ctx, "SELECT kind, id, hash, json FROM part")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k journal.Key
		var hash, state []byte
		if err := rows.Scan(&k.Kind, &k.ID, &hash, &state); err != nil {
			return err
		}
		if journal.Sum(state) != toHash(hash) {
			report(fmt.Sprintf("%s/%s：组成部分 %s 的内容与校验值不符", k.Kind, k.ID, toHash(hash)))
		}
	}
	return rows.Err()
}

// remains looks for what no walk over entries meets.
func (s *Store) remains(ctx context.Context, report func(string)) error {
	lines, err := collect(scanText)(s.read.scans.QueryContext(ctx, `
		SELECT h.kind || '/' || h.id || '：已彻底删除，但仍有内容' FROM head h WHERE h.erased AND (
			EXISTS (SELECT 1 FROM part p WHERE p.kind = h.kind AND p.id = h.id) OR
			EXISTS (SELECT 1 FROM entry e JOIN state s ON s.seq = e.seq WHERE e.kind = h.kind AND e.id = h.id))
		UNION ALL SELECT '第 ' || seq || ' 条记录不存在，但有其内容' FROM state WHERE seq NOT IN (SELECT seq FROM entry)
		UNION ALL SELECT kind || '/' || id || '：有当前版本，但没有记录' FROM head h
			WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.kind = h.kind AND e.id = h.id)
		LIMIT 100`))
	for _, line := range lines {
		report(line)
	}
	return err
}
