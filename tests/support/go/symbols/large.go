//go:build large

package main

import _ "net/http" // three times the code
