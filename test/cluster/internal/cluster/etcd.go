//go:build unix

package cluster

import (
	"context"
	"fmt"
	"net/url"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/storage/wal"
)

// startEtcd runs etcd in this process, on a port that the kernel chooses. It says
// when it is ready, and the URL that clients use. Nothing survives it, so it does without fsync.
func startEtcd(ctx context.Context, dir Dir) (*embed.Etcd, string, error) {
	anyPort := []url.URL{{Scheme: "http", Host: "127.0.0.1:0"}}
	config := embed.NewConfig()
	config.Name = "test"
	config.Dir = dir.path(etcdDir)
	config.ListenClientUrls, config.AdvertiseClientUrls = anyPort, anyPort
	config.ListenPeerUrls, config.AdvertisePeerUrls = anyPort, anyPort
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.UnsafeNoFsync = true
	// etcd allocates two of these at once; the usual 64 MB each would fill a small /tmp.
	wal.SegmentSizeBytes = 4 << 20
	// The only member has nobody to wait for at its election.
	config.TickMs, config.ElectionMs = 10, 50
	config.LogLevel = "warn"
	config.LogOutputs = []string{dir.path(etcdLog)}

	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, "", fmt.Errorf("start etcd: %w", err)
	}
	select {
	case <-etcd.Server.ReadyNotify():
		return etcd, "http://" + etcd.Clients[0].Addr().String(), nil
	case err := <-etcd.Err():
		return nil, "", fmt.Errorf("start etcd: %w", err)
	case <-ctx.Done():
		return nil, "", fmt.Errorf("start etcd: %w", ctx.Err())
	}
}
