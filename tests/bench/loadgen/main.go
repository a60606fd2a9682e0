// SPDX-License-Identifier: Apache-2.0

// A load client shaped like kube-apiserver's webhook client: HTTP/1.1 by ALPN, 25 idle connections a
// host, no TLS session cache. Sends -n requests and prints one JSON line.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

var (
	url     = flag.String("url", "https://127.0.0.1:8443/mutate", "")
	ca      = flag.String("ca", "", "CA certificate")
	body    = flag.String("body", "", "file with the AdmissionReview")
	workers = flag.Int("c", 1, "requests under way at once")
	count   = flag.Int("n", 1000, "requests")
	warm    = flag.Int("warm", 20, "requests before those, not counted")
	fresh   = flag.Bool("newconn", false, "a new connection for each request")
	pid     = flag.Int("pid", 0, "the server's process: its CPU time and memory")
)

type client struct {
	http.Client
	body        []byte
	connections atomic.Int64
}

func newClient(roots *x509.CertPool, body []byte) *client {
	c := &client{body: body}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	c.Timeout = 10 * time.Second
	c.Transport = &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, ServerName: "localhost", NextProtos: []string{"http/1.1"}},
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
		MaxIdleConnsPerHost: 25,
		IdleConnTimeout:     90 * time.Second,
		DisableKeepAlives:   *fresh,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c.connections.Add(1)
			return dialer.DialContext(ctx, network, address)
		},
	}
	return c
}

func (c *client) send() error {
	request, err := http.NewRequest("POST", *url, bytes.NewReader(c.body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/json, */*")
	request.Header.Set("User-Agent", "kube-apiserver-admission")
	response, err := c.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode != 200 || len(answer) == 0) {
		err = fmt.Errorf("%s: %.200s", response.Status, answer)
	}
	return err
}

// load sends n requests over the workers and gives back their sorted latencies.
func (c *client) load(n int) []time.Duration {
	var left atomic.Int64
	var lock sync.Mutex
	var all []time.Duration
	var group sync.WaitGroup
	left.Store(int64(n))
	for range *workers {
		group.Go(func() {
			var mine []time.Duration
			for left.Add(-1) >= 0 {
				start := time.Now()
				if err := c.send(); err != nil {
					log.Fatal(err)
				}
				mine = append(mine, time.Since(start))
			}
			lock.Lock()
			all = append(all, mine...)
			lock.Unlock()
		})
	}
	group.Wait()
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return all
}

func microseconds(sorted []time.Duration, share float64) float64 {
	return float64(sorted[int(share*float64(len(sorted)-1))].Nanoseconds()) / 1000
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	flag.Parse()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(must(os.ReadFile(*ca)))
	c := newClient(roots, must(os.ReadFile(*body)))
	c.load(*warm)
	opened, before := c.connections.Load(), cpuTimeOf(*pid)
	sorted := c.load(*count)
	used := cpuTimeOf(*pid).since(before)
	line := must(json.Marshal(map[string]any{
		"requests": len(sorted), "connections": c.connections.Load() - opened,
		"p50_us": microseconds(sorted, .5), "p99_us": microseconds(sorted, .99),
		"server_us": used * 1e6 / float64(len(sorted)), "server_rss_kb": residentKB(*pid),
	}))
	fmt.Println(string(line))
}
