package validation

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

const (
	// maxErrors is how many errors one object gets. It is refused by the first;
	// a hostile one could have a million.
	maxErrors = 100
	// maxEchoed is how many bytes of a value a message repeats. Every legal
	// value of the checked fields fits: names have at most 253.
	maxEchoed = 256
	// maxDetail bounds the explanation, which may quote values of its own.
	maxDetail = 1024
)

// presentable makes errors fit to be shown: values are strings or numbers
// (which [field.Error] prints quoted or plain) of bounded length, explanations
// have no control characters, and errors about the same map, which come in
// random order, are sorted.
func presentable(errs field.ErrorList) field.ErrorList {
	sortRuns(errs)
	if len(errs) > maxErrors {
		errs = errs[:maxErrors]
	}
	out := make(field.ErrorList, 0, len(errs))
	for _, err := range errs {
		shown := *err
		shown.BadValue = presentableValue(err.BadValue)
		shown.Detail = presentableDetail(err.Detail)
		out = append(out, &shown)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// sortRuns sorts neighbours with the same field, what is wrong with the whole
// field before what is wrong with a value in it, and leaves the order of the
// fields alone.
func sortRuns(errs field.ErrorList) {
	for start := 0; start < len(errs); {
		end := start + 1
		for end < len(errs) && errs[end].Field == errs[start].Field {
			end++
		}
		slices.SortStableFunc(errs[start:end], func(a, b *field.Error) int {
			return cmp.Or(
				cmp.Compare(valueOf(a), valueOf(b)),
				cmp.Compare(a.Detail, b.Detail),
			)
		})
		start = end
	}
}

// valueOf is the text that an error complains about; empty if it names none.
func valueOf(err *field.Error) string {
	if err.Type == field.ErrorTypeTooLong {
		return ""
	}
	text, _ := err.BadValue.(string)
	return text
}

func presentableValue(value any) any {
	switch reflect.ValueOf(value).Kind() {
	case reflect.Bool,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return value
	case reflect.String:
		return truncate(reflect.ValueOf(value).String())
	}
	if value == nil || value == any(field.OmitValueType{}) {
		return value
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		encoded = fmt.Appendf(nil, "%T", value)
	}
	return truncate(string(encoded))
}

func presentableDetail(detail string) string {
	for _, r := range detail {
		if !unicode.IsPrint(r) {
			quoted := strconv.Quote(detail)
			return cut(quoted[1:len(quoted)-1], maxDetail)
		}
	}
	return cut(detail, maxDetail)
}

// truncate keeps what is legal whole and says of the rest how much there was.
func truncate(value string) string { return cut(value, maxEchoed) }

func cut(value string, limit int) string {
	if len(value) <= limit {
		return value
	}
	end := limit
	for end > 0 && !utf8.RuneStart(value[end]) {
		end--
	}
	return fmt.Sprintf("%s... (%d bytes)", value[:end], len(value))
}
