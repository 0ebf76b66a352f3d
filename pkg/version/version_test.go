package version

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestWhatTheLinkerDidNotSetComesFromTheBuild(t *testing.T) {
	build := &debug.BuildInfo{
		Main: debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123abc"}, {Key: "vcs.time", Value: "2026-11-15T12:00:00Z"}, {Key: "vcs.modified", Value: "true"}, {Key: "GOOS", Value: "plan9"},
		},
	}
	for _, c := range []struct {
		name   string
		linked Info
		build  *debug.BuildInfo
		want   Info
	}{
		{"go install of a version", Info{}, build, Info{GitVersion: "v1.2.3", GitCommit: "0123abc", BuildDate: "2026-11-15T12:00:00Z", GitTreeState: "dirty"}},
		{
			"a release", Info{GitVersion: "v2.0.0", GitCommit: "fff", BuildDate: "2027-01-01T00:00:00Z"}, build,
			Info{GitVersion: "v2.0.0", GitCommit: "fff", BuildDate: "2027-01-01T00:00:00Z", GitTreeState: "dirty"},
		},
		{"go build in a clean tree", Info{}, &debug.BuildInfo{
			Main: debug.Module{Version: "(devel)"}, Settings: []debug.BuildSetting{{Key: "vcs.modified", Value: "false"}},
		}, Info{GitTreeState: "clean"}},
		{"nothing known", Info{}, &debug.BuildInfo{}, Info{}},
	} {
		got := c.linked
		got.fill(c.build)
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestGetAlwaysHasAVersion(t *testing.T) {
	info := Get()
	if info.GitVersion == "" || info.GoVersion != runtime.Version() || info.Platform != runtime.GOOS+"/"+runtime.GOARCH {
		t.Errorf("%+v", info)
	}
}
