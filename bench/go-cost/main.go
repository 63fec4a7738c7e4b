// SPDX-License-Identifier: GPL-2.0-only
// Copyright (C) 2026 The outspawn authors

// go-cost [-judge] [-rounds N] compares the throughput of the package outspawn with that of
// os/exec, from the call until the child has been waited for. The child is bench-nolibc,
// which only exits. In a round, goroutines run programs with one package, and then with the
// other one. Prints for each number of goroutines the first quartiles of the time of a
// program, in nanoseconds, and the median of the rounds' ratios of throughput:
//
//	GOROUTINES  WAY  OS/EXEC  OUTSPAWN  RATIO
//
// The way "captured" is Output, with a reader as Stdin. -judge: status 1 if a ratio of 8
// goroutines is below its limit.
//
//	OUTSPAWN_PACKAGES=tests/frontends/packages \
//	    tests/vm/run -k trixie -- /usr/local/libexec/outspawn/go/go-cost -judge
package main

import (
	"flag"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"outspawn"
)

const (
	atLeast      = 1.10
	programs     = 32 // in a half of a round
	warmUpRounds = 2
)

var nothing string

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go-cost:", err)
		os.Exit(1)
	}
}

// A way is one program, run by each package.
type way struct {
	name            string
	plain, outspawn func() error
}

var ways = []way{
	{
		"plain",
		func() error { return osexec.Command(nothing).Run() },
		func() error { return outspawn.Command(nothing).Run() },
	},
	{
		"captured",
		func() error {
			c := osexec.Command(nothing)
			c.Stdin = strings.NewReader("words")
			_, err := c.Output()
			return err
		},
		func() error {
			c := outspawn.Command(nothing)
			c.Stdin = strings.NewReader("words")
			_, err := c.Output()
			return err
		},
	},
}

// measure returns the time of a program when goroutines run them.
func measure(goroutines int, run func() error) float64 {
	var all sync.WaitGroup
	begin := time.Now()
	for range goroutines {
		all.Add(1)
		go func() {
			defer all.Done()
			for range programs / goroutines {
				check(run())
			}
		}()
	}
	all.Wait()
	return float64(time.Since(begin)) / programs
}

func compare(w way, goroutines, rounds int) (plain, own, ratios []float64) {
	for round := -warmUpRounds; round < rounds; round++ {
		before := measure(goroutines, w.plain)
		after := measure(goroutines, w.outspawn)
		if round >= 0 {
			plain, own = append(plain, before), append(own, after)
			ratios = append(ratios, before/after)
		}
	}
	return plain, own, ratios
}

// part returns the number at a share of the sorted numbers.
func part(numbers []float64, share float64) float64 {
	slices.Sort(numbers)
	return numbers[int(share*float64(len(numbers)))]
}

func main() {
	judge := flag.Bool("judge", false, "status 1 if a ratio is below its limit")
	rounds := flag.Int("rounds", 21, "rounds for each line")
	flag.Parse()
	check(outspawn.Available())
	self, err := os.Executable()
	check(err)
	nothing = filepath.Join(filepath.Dir(self), "..", "bench-nolibc")
	below := false
	for _, goroutines := range []int{1, 8} {
		for _, w := range ways {
			plain, own, ratios := compare(w, goroutines, max(*rounds, 1))
			ratio := part(ratios, 0.5)
			mark := ""
			if goroutines == 8 && ratio < atLeast {
				below, mark = true, fmt.Sprintf("  below %.2f", atLeast)
			}
			fmt.Printf("%d  %-8s  %9.0f  %9.0f  %.3f%s\n", goroutines, w.name,
				part(plain, 0.25), part(own, 0.25), ratio, mark)
		}
	}
	if _, fallback := outspawn.Counts(); fallback > 0 {
		check(fmt.Errorf("%d programs did not use the module", fallback))
	}
	if *judge && below {
		os.Exit(1)
	}
}
