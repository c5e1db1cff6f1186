//go:build ignore

// Generate derives fold.txt from the OpenCC dictionaries:
//
//	npm pack opencc@1.4.2 && tar xzf opencc-1.4.2.tgz
//	go run generate.go package/data/dictionary > fold.txt
//
// Searching needs no correct simplified text, only one spelling for all ways of
// writing a character. So a traditional character and all its simplified
// candidates (乾 → 干, 乾), a simplified one and all it may stand for, and what
// Taiwan and Hong Kong write instead (着 → 著) fall into one class, and all of a
// class fold to one member. That makes phrase tables needless: whatever a phrase
// would have chosen folds to the same.
package main

import (
	"bufio"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"
)

func main() {
	classes := map[rune]rune{} // union-find: member → parent
	var find func(r rune) rune
	find = func(r rune) rune {
		if p, ok := classes[r]; ok && p != r {
			classes[r] = find(p)
			return classes[r]
		}
		return r
	}
	traditional := map[rune]bool{}
	join := func(from, to rune) {
		if a, b := find(from), find(to); a != b {
			classes[a] = b
		}
	}
	for _, pair := range pairs(filepath.Join(os.Args[1], "TSCharacters.txt")) {
		for i, to := range pair[1:] {
			if i == 0 && to != pair[0] {
				traditional[pair[0]] = true
			}
			join(pair[0], to)
		}
	}
	for _, name := range []string{"STCharacters.txt", "TWVariants.txt", "HKVariants.txt"} {
		for _, pair := range pairs(filepath.Join(os.Args[1], name)) {
			for _, to := range pair[1:] {
				join(pair[0], to)
			}
		}
	}
	members := map[rune][]rune{}
	seen := map[rune]bool{}
	add := func(r rune) {
		if !seen[r] {
			seen[r] = true
			members[find(r)] = append(members[find(r)], r)
		}
	}
	for r, p := range classes {
		add(r)
		add(p)
	}
	var lines []string
	for _, class := range members {
		sort.Slice(class, func(i, j int) bool {
			if traditional[class[i]] != traditional[class[j]] {
				return !traditional[class[i]]
			}
			return class[i] < class[j]
		})
		for _, r := range class[1:] {
			lines = append(lines, string(r)+string(class[0]))
		}
	}
	sort.Strings(lines)
	out := bufio.NewWriter(os.Stdout)
	for _, l := range lines {
		fmt.Fprintln(out, l)
	}
	if err := out.Flush(); err != nil {
		log.Fatal(err)
	}
}

// pairs reads the one-character lines of a dictionary: key, then candidates.
func pairs(name string) [][]rune {
	raw, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	var all [][]rune
	for _, line := range strings.Split(string(raw), "\n") {
		key, values, ok := strings.Cut(line, "\t")
		if !ok || strings.HasPrefix(line, "#") || utf8.RuneCountInString(key) != 1 {
			continue
		}
		pair := []rune(key)
		for _, v := range strings.Fields(values) {
			if utf8.RuneCountInString(v) == 1 {
				pair = append(pair, []rune(v)...)
			}
		}
		all = append(all, pair)
	}
	return all
}
