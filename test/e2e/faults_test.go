package e2e

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"github.com/cis532/kubectl-cis532/pkg/api/v1alpha1"
	"github.com/cis532/kubectl-cis532/test/e2e/testcluster"
)

// Trouble that passes by itself is sat out: the result is the same as without it.
func TestTransientTroubleIsSatOut(t *testing.T) {
	isPost := func(r *http.Request) bool { return isPolicyRequest(r, http.MethodPost) }
	isNamespaces := func(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Path == "/api/v1/namespaces" }
	answer := func(code int, reason string) meddler {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { refuse(w, code, reason, "for a moment") }
	}
	for _, c := range []struct {
		name    string
		picks   func(*http.Request) bool
		trouble meddler
	}{
		{"429 for a list", isPolicyList, answer(http.StatusTooManyRequests, "TooManyRequests")},
		{"500 for a list", isPolicyList, answer(http.StatusInternalServerError, "InternalError")},
		{"503 for the namespaces", isNamespaces, answer(http.StatusServiceUnavailable, "ServiceUnavailable")},
		{"a list that is cut short", isPolicyList, func(w http.ResponseWriter, r *http.Request, next http.Handler) { cutShort(w, r, next) }},
		{"429 for the creation", isPost, answer(http.StatusTooManyRequests, "TooManyRequests")},
		{"500 for the creation", isPost, answer(http.StatusInternalServerError, "InternalError")},
		{"a connection that breaks before the creation", isPost, func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }},
		{"a creation whose answer is lost", isPost, func(_ http.ResponseWriter, r *http.Request, next http.Handler) { dropAnswer(r, next) }},
		{"a creation that is done, and answered with 500", isPost, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(httptest.NewRecorder(), r)
			refuse(w, http.StatusInternalServerError, "InternalError", "etcdserver: request timed out")
		}},
	} {
		for name, speaks := range map[string]protocol{"HTTP/1.1": http1, "HTTP/2": http2} {
			t.Run(c.name+", "+name, func(t *testing.T) {
				t.Parallel()
				tm := newTeam(t, "a")
				var picked counter
				kubeconfig := startProxyTo(t, cluster, cluster.Server, testcluster.Fixer, speaks, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					if c.picks(r) && picked.next() == 1 {
						c.trouble(w, r, next)
						return
					}
					next.ServeHTTP(w, r)
				})
				got := through(t, kubeconfig, "fix", "--report", "json=-", "-l", tm.selector())
				wantExit(t, got, found)
				row := fixed(t, decode[v1alpha1.FixReport](t, got.Stdout), tm.ns("a"))
				if row.Result != v1alpha1.ResultFixed || !isTrue(row.Verified) {
					t.Errorf("row %+v", row)
				}
				if picked.total() < 2 {
					t.Error("it was not tried again")
				}
				tm.wantPolicies("a", baselineName)
			})
		}
	}
}

// cutShort promises a whole answer and breaks off in the middle of it.
func cutShort(w http.ResponseWriter, r *http.Request, next http.Handler) {
	answer := recorded(w, r, next)
	body := answer.Body.Bytes()
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body[:len(body)/2])
	w.(http.Flusher).Flush() // a short answer would wait for more, and never be sent
	panic(http.ErrAbortHandler)
}

// recorded takes the server's answer: the headers go on.
func recorded(w http.ResponseWriter, r *http.Request, next http.Handler) *httptest.ResponseRecorder {
	r.Header.Del("Accept-Encoding")
	answer := httptest.NewRecorder()
	next.ServeHTTP(answer, r)
	for key, values := range answer.Header() {
		w.Header()[key] = values
	}
	return answer
}

// Evidence that stays incomplete is ERROR, whatever is in the part that came.
func TestListThatCannotBeReadIsNeverPass(t *testing.T) {
	for _, c := range []struct {
		name    string
		trouble meddler
	}{
		{"always cut short", cutShort},
		{"half of it, as if that were all", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			body := recorded(w, r, next).Body.Bytes()
			w.Header().Set("Content-Length", strconv.Itoa(len(body)/2))
			_, _ = w.Write(body[:len(body)/2])
		}},
		{"an empty answer", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			recorded(w, r, next)
			w.Header().Set("Content-Length", "0")
		}},
		{"a page of a login portal", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>Please log in</html>"))
		}},
		{"a list without items", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(`{"kind":"NetworkPolicyList","apiVersion":"networking.k8s.io/v1","metadata":{"resourceVersion":"1"}}`))
		}},
		{"always 500", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			refuse(w, http.StatusInternalServerError, "InternalError", "out of order")
		}},
		{"410 in the middle", func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.URL.Query().Has("continue") {
				refuse(w, http.StatusGone, "Expired", "The provided continue parameter is too old")
				return
			}
			onePage(w, r, next)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tm := newTeam(t, "a", "b", "c")
			for _, name := range []string{"a", "b", "c"} {
				tm.create(name, denyAll("default-deny"))
				tm.create(name, allowAll("web"))
			}
			kubeconfig := startProxy(t, testcluster.Auditor, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if isPolicyList(r) {
					c.trouble(w, r, next)
					return
				}
				next.ServeHTTP(w, r)
			})
			for _, args := range [][]string{{"-l", tm.selector()}, {tm.ns("a"), tm.ns("b"), tm.ns("c")}} {
				got := through(t, kubeconfig, append([]string{"audit", "--timeout=2s"}, args...)...)
				wantExit(t, got, troubled)
				wantNoText(t, got.Stdout, "PASS", "FAIL")
				if got.Stderr == "" {
					t.Error("stderr does not say what is wrong")
				}
			}
		})
	}
}

// onePage lets the server answer a list with its first item only.
func onePage(w http.ResponseWriter, r *http.Request, next http.Handler) {
	query := r.URL.Query()
	query.Set("limit", "1")
	r.URL.RawQuery = query.Encode()
	next.ServeHTTP(w, r)
}

// A server may cut a list into pages that nobody asked for.
func TestAllPagesOfAListAreRead(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "a", "b", "c", "bare")
	for _, name := range []string{"a", "b", "c"} {
		tm.create(name, denyAll("default-deny"))
	}
	var followed counter
	kubeconfig := startProxy(t, testcluster.Auditor, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Query().Has("continue") {
			followed.next()
		}
		onePage(w, r, next)
	})
	got := through(t, kubeconfig, "audit", "-o", "json", "-l", tm.selector())
	wantExit(t, got, found)
	report := decode[v1alpha1.AuditReport](t, got.Stdout)
	if report.Summary.Pass != 3 || report.Summary.Fail != 1 {
		t.Errorf("summary %+v", report.Summary)
	}
	if followed.total() < 3 {
		t.Errorf("%d pages were followed", followed.total())
	}
}

// A deletion whose answer is lost was ours all the same.
func TestLostAnswerToADeletion(t *testing.T) {
	for name, lose := range map[string]meddler{
		"the connection breaks": func(_ http.ResponseWriter, r *http.Request, next http.Handler) { dropAnswer(r, next) },
		"500": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(httptest.NewRecorder(), r)
			refuse(w, http.StatusInternalServerError, "InternalError", "etcdserver: request timed out")
		},
		"500 with Retry-After, which client-go obeys by itself": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(httptest.NewRecorder(), r)
			w.Header().Set("Retry-After", "1")
			refuse(w, http.StatusInternalServerError, "ServerTimeout", "etcdserver: leader changed")
		},
		"the answer breaks off": cutShort,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tm := newTeam(t, "a")
			fix(t, testcluster.Fixer, found, "-l", tm.selector())
			var deletions counter
			kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if isPolicyRequest(r, http.MethodDelete) && deletions.next() == 1 {
					lose(w, r, next)
					return
				}
				next.ServeHTTP(w, r)
			})
			got := through(t, kubeconfig, "rollback", "--report", "json=-", "-l", tm.selector())
			wantExit(t, got, found)
			row := rolledBack(t, decode[v1alpha1.RollbackReport](t, got.Stdout), tm.ns("a"))
			if row.Result != v1alpha1.ResultRemoved || !isTrue(row.Verified) {
				t.Errorf("row %+v", row)
			}
			if deletions.total() != 2 {
				t.Errorf("%d deletions were sent, want 2", deletions.total())
			}
			tm.wantPolicies("a")
		})
	}
}

// A server that has just been started forbids what it does not know the roles for yet.
// Where no connection broke, a refusal is believed at once.
func TestRefusalOfAServerThatHasJustComeUp(t *testing.T) {
	forbid := func(w http.ResponseWriter) {
		refuse(w, http.StatusForbidden, "Forbidden", `networkpolicies.networking.k8s.io is forbidden: `+
			`User \"fixer\" cannot create resource \"networkpolicies\" in API group \"networking.k8s.io\" in the namespace \"a\"`)
	}
	for _, c := range []struct {
		name   string
		broken bool
		exit   int
		posts  int
	}{{"after a connection broke", true, found, 4}, {"without any trouble", false, troubled, 1}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tm := newTeam(t, "a")
			var posts counter
			kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if isPolicyRequest(r, http.MethodPost) {
					switch n := posts.next(); {
					case n == 1 && c.broken:
						reset(w)
					case n <= 3:
						forbid(w)
						return
					}
				}
				next.ServeHTTP(w, r)
			})
			got := through(t, kubeconfig, "fix", "--report", "json=-", "-l", tm.selector())
			wantExit(t, got, c.exit)
			if posts.total() != c.posts {
				t.Errorf("%d creations were sent, want %d", posts.total(), c.posts)
			}
		})
	}
}

// When the time is up while creations are under way, they get a moment to end;
// what became of them is looked up, not guessed.
func TestCreationsThatAreNeverAnswered(t *testing.T) {
	t.Parallel()
	tm := newTeam(t, "lost", "stored", "quick")
	kubeconfig := startProxy(t, testcluster.Fixer, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if isPolicyRequest(r, http.MethodPost) {
			switch namespaceOf(r) {
			case tm.ns("lost"):
				stall(r)
				return
			case tm.ns("stored"):
				next.ServeHTTP(httptest.NewRecorder(), r)
				stall(r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
	got := through(t, kubeconfig, "fix", "--report", "json=-", "-l", tm.selector(), "--timeout=3s")
	wantExit(t, got, troubled)
	report := decode[v1alpha1.FixReport](t, got.Stdout)
	for name, want := range map[string]v1alpha1.Result{"lost": v1alpha1.ResultError, "stored": v1alpha1.ResultFixed, "quick": v1alpha1.ResultFixed} {
		row := fixed(t, report, tm.ns(name))
		if row.Result != want || isTrue(row.Verified) != (want == v1alpha1.ResultFixed) {
			t.Errorf("row %+v, want %s", row, want)
		}
	}
	wantText(t, fixed(t, report, tm.ns("lost")).Reason, "cannot create networkpolicies.networking.k8s.io", "no answer from the API server "+addressOf(t, kubeconfig))
	wantNoText(t, got.Stderr, "interrupted")
	tm.wantPolicies("lost")
	tm.wantPolicies("stored", baselineName)
}

// A server that never answered is more likely the wrong one than a slow one:
// one line with its address, and no second try.
func TestServerThatNeverAnswers(t *testing.T) {
	silent := func(t *testing.T) (kubeconfig string, connections *counter) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		connections = &counter{}
		var open []net.Conn
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				connections.next()
				open = append(open, conn)
			}
		}()
		t.Cleanup(func() {
			_ = listener.Close()
			<-done
			for _, conn := range open {
				_ = conn.Close()
			}
		})
		return writeKubeconfig(t, &clientcmdapi.Cluster{Server: "https://" + listener.Addr().String(), InsecureSkipTLSVerify: true}, &clientcmdapi.AuthInfo{Token: "x"}), connections
	}
	// Namespaces, policies, the served groups, DaemonSets and the version are asked for at once; nothing is, after that.
	const asked = 5
	for _, verb := range [][]string{{"audit"}, {"audit", "-n", "shop"}, {"fix"}, {"generate"}, {"rollback"}} {
		for _, limit := range []string{"--request-timeout=1s", "--timeout=1s"} {
			t.Run(verb[0]+" "+limit, func(t *testing.T) {
				t.Parallel()
				kubeconfig, connections := silent(t)
				got := through(t, kubeconfig, append(verb, limit)...)
				wantExit(t, got, troubled)
				wantOneLine(t, got.Stderr)
				wantText(t, got.Stderr, "error: cannot reach the API server "+addressOf(t, kubeconfig), `(context "proxy")`, "no answer in time")
				if got.Stdout != "" {
					t.Errorf("stdout: %s", got.Stdout)
				}
				if connections.total() > asked {
					t.Errorf("%d connections", connections.total())
				}
			})
		}
	}
	t.Run("requests that are never answered", func(t *testing.T) {
		t.Parallel()
		var requests counter
		kubeconfig := startProxy(t, testcluster.Auditor, func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
			requests.next()
			stall(r)
		})
		got := through(t, kubeconfig, "audit", "--request-timeout=1s")
		wantExit(t, got, troubled)
		wantOneLine(t, got.Stderr)
		wantText(t, got.Stderr, "error: cannot reach the API server "+addressOf(t, kubeconfig))
		if requests.total() > asked {
			t.Errorf("%d requests, want one for each kind of fact that is read at once", requests.total())
		}
	})
	t.Run("a port where nobody listens", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := listener.Addr().String()
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		kubeconfig := writeKubeconfig(t, &clientcmdapi.Cluster{Server: "https://" + address}, &clientcmdapi.AuthInfo{})
		got := through(t, kubeconfig, "audit")
		wantExit(t, got, troubled)
		wantOneLine(t, got.Stderr)
		wantText(t, got.Stderr, "https://"+address, "connection refused")
	})
}

func addressOf(t *testing.T, kubeconfig string) string {
	t.Helper()
	config, err := clientcmd.LoadFromFile(kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	return config.Clusters["proxy"].Server
}
