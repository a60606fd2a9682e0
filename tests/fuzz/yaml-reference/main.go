// SPDX-License-Identifier: Apache-2.0

// Answers what KubeRay makes of texts: the reference that tests/fuzz/differ_yaml.py compares the
// webhook's YAML reader with. Reads "<size>\n<bytes>\n" again and again; answers each with a line:
// "ok <JSON>", "error <message>", or "open <JSON>" where the order of a Go map decides.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v2"
	apiyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// As sigs.k8s.io/yaml turns keys into text.
func keyText(key any) string {
	if number, ok := key.(float64); ok {
		return strconv.FormatFloat(number, 'g', -1, 32)
	}
	return fmt.Sprint(key)
}

// Do two keys of one mapping have the same text? Then the last one that Go iterates over wins. NaN
// is never equal to itself, so even one such key written twice is two.
func collides(value any) bool {
	switch value := value.(type) {
	case map[any]any:
		seen := map[string]bool{}
		for key, child := range value {
			text := keyText(key)
			if seen[text] || collides(child) {
				return true
			}
			seen[text] = true
		}
	case []any:
		for _, child := range value {
			if collides(child) {
				return true
			}
		}
	}
	return false
}

func undecided(text []byte) bool {
	var value any
	return yaml.Unmarshal(text, &value) == nil && collides(value)
}

// KubeRay's updateServeDeployment, up to the body of the PUT.
func convert(text []byte) (body []byte, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	config := make(map[string]any)
	if err = apiyaml.Unmarshal(text, &config); err != nil {
		return nil, err
	}
	return json.Marshal(config)
}

func answer(text []byte) string {
	body, err := convert(text)
	word := "ok"
	if undecided(text) {
		word = "open"
	}
	if err != nil && word == "ok" {
		return "error " + strings.ReplaceAll(err.Error(), "\n", " ")
	}
	return word + " " + string(body)
}

func main() {
	in := bufio.NewReader(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	for {
		var size int
		if _, err := fmt.Fscanf(in, "%d\n", &size); err != nil {
			return
		}
		text := make([]byte, size+1)
		if _, err := io.ReadFull(in, text); err != nil {
			return
		}
		fmt.Fprintln(out, answer(text[:size]))
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
}
