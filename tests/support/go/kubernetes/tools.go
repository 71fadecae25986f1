//go:build tools

// Package kubernetes names what is built of other modules.
package kubernetes

import _ "k8s.io/kubernetes/cmd/kube-apiserver"
