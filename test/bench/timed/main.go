//go:build unix

// Command timed runs a program and writes down what it took: a line of JSON in the file that it is given.
//
//	timed FILE PROGRAM [ARG...]
//
// It stands between the benchmark and what is measured because the kernel counts the memory of whoever starts a program
// among that program's own (ru_maxrss is kept through exec). This one is small.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

func main() {
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "timed:", err)
		os.Exit(1)
	}
}

func run(file string, args []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	begin := time.Now()
	err := cmd.Run()
	wall := time.Since(begin)
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		return err
	}
	memory := int64(0)
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		memory = usage.Maxrss
		if runtime.GOOS != "darwin" {
			memory *= 1024 // Linux counts kilobytes
		}
	}
	text, err := json.Marshal(map[string]int64{
		"wall": int64(wall), "user": int64(cmd.ProcessState.UserTime()), "system": int64(cmd.ProcessState.SystemTime()),
		"memory": memory, "exit": int64(cmd.ProcessState.ExitCode()),
	})
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
