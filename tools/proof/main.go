// Command proof checks a library folder before it goes into a build: it prints
// every fault with file and line and fails where there is one. It knows no rule
// itself, see kepu/library/proof.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"kepu/library/proof"
)

func main() {
	whole := flag.Bool("whole", false, "also ask for what a whole library has: so many pieces for each audience, clips, series, scenes")
	flag.Parse()
	dir := "library"
	if flag.NArg() > 0 {
		dir = flag.Arg(0)
	}
	fsys := os.DirFS(dir)
	faults := proof.Check(fsys)
	if *whole {
		faults = append(faults, proof.Totals(fsys)...)
	}
	for _, f := range faults {
		f.File = filepath.Join(dir, f.File)
		fmt.Println(f)
	}
	if len(faults) > 0 {
		fmt.Printf("%s：%d 处要改\n", dir, len(faults))
		os.Exit(1)
	}
}
