// Package version says which build of the program this is: from the linker
// where a release was built, else from what Go itself records of a build.
//
// The package must not import anything of this project.
package version

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Set by the linker (-X) for releases.
var (
	gitVersion = ""
	gitCommit  = ""
	buildDate  = ""
)

// Info is one build.
type Info struct {
	// GitVersion is the release as vMAJOR.MINOR.PATCH, or "devel".
	GitVersion string
	// GitCommit is the commit; empty where the build does not know it.
	GitCommit string
	// GitTreeState is clean or dirty; empty where the build does not know it.
	GitTreeState string
	// BuildDate is the commit's time (RFC 3339); empty where the build does not know it.
	BuildDate string
	// GoVersion is the compiler's version.
	GoVersion string
	// Platform is OS/ARCH.
	Platform string
}

// Get returns what is known of this build.
func Get() Info {
	info := Info{
		GitVersion: gitVersion,
		GitCommit:  gitCommit,
		BuildDate:  buildDate,
		GoVersion:  runtime.Version(),
		Platform:   fmt.Sprintf("%s/%s", runtime.GOOS, runtime.GOARCH),
	}
	if build, ok := debug.ReadBuildInfo(); ok {
		info.fill(build)
	}
	if info.GitVersion == "" {
		info.GitVersion = "devel"
	}
	return info
}

// fill takes from Go's build information what the linker did not set.
func (i *Info) fill(build *debug.BuildInfo) {
	if i.GitVersion == "" && build.Main.Version != "" && build.Main.Version != "(devel)" {
		i.GitVersion = build.Main.Version
	}
	for _, s := range build.Settings {
		switch {
		case s.Key == "vcs.revision" && i.GitCommit == "":
			i.GitCommit = s.Value
		case s.Key == "vcs.time" && i.BuildDate == "":
			i.BuildDate = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			i.GitTreeState = "dirty"
		case s.Key == "vcs.modified":
			i.GitTreeState = "clean"
		}
	}
}
