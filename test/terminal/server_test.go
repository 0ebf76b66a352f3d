//go:build unix

package terminal

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const evil = "\x1b[2J\u009b31m\x1b]8;;x\x1b\\ \r\n\b\a\u202e"

// An API server's messages, versions and warnings are text from outside as well.
func TestHostileServer(t *testing.T) {
	for _, code := range []int{http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity, http.StatusTeapot} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Add("Warning", `299 - "bad \u202e warning"`)
			w.Header().Add("Warning", "299 - \"\u202ebad warning\"")
			if strings.HasPrefix(r.URL.Path, "/version") && code == http.StatusForbidden {
				_ = json.NewEncoder(w).Encode(map[string]string{"gitVersion": "v1" + evil})
				return
			}
			w.WriteHeader(code)
			_ = json.NewEncoder(w).Encode(map[string]any{
				"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": "Forbidden" + evil, "message": "no " + evil,
				"details": map[string]any{"name": evil, "kind": evil, "causes": []any{map[string]string{"reason": evil, "message": evil, "field": evil}}},
			})
		}))
		for _, args := range [][]string{
			{"version"}, {"version", "-o", "json"}, {"version", "-o", "yaml"}, {"audit"}, {"audit", "-n", "shop"}, {"audit", "-o", "json"}, {"generate"},
			{"fix"}, {"fix", "-n", "shop"}, {"fix", "--dry-run=server"}, {"rollback"}, {"rollback", "-n", "shop"}, {"audit", "-v", "2"},
		} {
			flags := []string{"--server", server.URL}
			if args[0] != "version" {
				flags = append(flags, "--timeout=5s")
			}
			got := session{args: append(args, flags...)}.run(t)
			if args[0] != "version" && got.exit != 2 {
				t.Errorf("%v: exit code %d: %s", args, got.exit, got.screen)
			}
		}
		server.Close()
	}
}

// A server that does not speak Kubernetes sends a page.
func TestHostilePage(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<h1>" + evil + "\xff</h1>"))
	}))
	defer server.Close()
	for _, args := range [][]string{{"version"}, {"audit"}, {"fix"}, {"rollback"}} {
		session{args: append(args, "--server", server.URL)}.run(t)
	}
}
