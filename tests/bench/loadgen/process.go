// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// cpuTime of a process in seconds, by both counters that the kernel has.
type cpuTime struct {
	live  float64 // the scheduler's nanoseconds, of the threads that are alive
	ticks float64 // 10 ms ticks, also of those that have ended
}

func cpuTimeOf(pid int) (t cpuTime) {
	threads, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	for _, thread := range threads {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/schedstat", pid, thread.Name()))
		if err == nil {
			t.live += number(strings.Fields(string(stat))[0]) / 1e9
		}
	}
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if _, after, found := strings.Cut(string(stat), ") "); found {
		fields := strings.Fields(after)
		t.ticks = (number(fields[11]) + number(fields[12])) / 100
	}
	return t
}

// since: exact where all threads lived through it, else to some ticks.
func (t cpuTime) since(before cpuTime) float64 {
	live, ticks := t.live-before.live, t.ticks-before.ticks
	if ticks-live > 0.03 {
		return ticks
	}
	return live
}

func residentKB(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(status)) {
		if name, value, _ := strings.Cut(line, ":"); name == "VmRSS" {
			return int(number(strings.Fields(value)[0]))
		}
	}
	return 0
}

func number(text string) float64 {
	value, _ := strconv.ParseFloat(text, 64)
	return value
}
