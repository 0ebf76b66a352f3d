package live

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"

	"github.com/cis532/kubectl-cis532/pkg/apiserver"
	"github.com/cis532/kubectl-cis532/pkg/apiserver/protolist"
)

// listing is how the objects of one kind are read: as they come, one at a time. Of a large cluster's pods most bytes are
// what nobody here looks at.
type listing[T any] struct {
	// resource is the name in the URL, group what messages add to it.
	resource, group string
	// kind is that of the list.
	kind string
	// client is that of the resource's group.
	client func(kubernetes.Interface) rest.Interface
	// metadataOnly asks the server for no more than the metadata.
	metadataOnly bool
	// wanted are the fields that are decoded.
	wanted protolist.Fields
	// decode is the API's own decoder of an object.
	decode func(*T, []byte) error
	// labels is where its labels go, which are not among the wanted fields then: each distinct set is held once. nil leaves them
	// to decode.
	labels func(*T) *map[string]string
}

// Kubernetes' encodings of lists, the one that costs least first: whoever answers may know only the last.
const (
	acceptWhole    = "application/vnd.kubernetes.protobuf,application/json"
	acceptMetadata = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1," +
		"application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
)

// metadataKind is the kind of lists of metadata.
const metadataKind = "PartialObjectMetadataList"

// list lists a namespace, or with an empty name the cluster, and takes of each object what is kept. It also returns the
// version at which the list was read.
func list[T, K any](ctx context.Context, r *Reader, l listing[T], namespace string, opts metav1.ListOptions, take func(*T) K) (kept []K, version string, err error) {
	action := apiserver.Action{Verb: "list", Resource: l.resource + l.group, Namespace: namespace}
	var parts [][]K
	err = r.pages(ctx, action, opts, func(ctx context.Context, opts metav1.ListOptions) (metav1.ListInterface, error) {
		var page [][]K
		part := make([]K, 0, partLength)
		meta, err := l.page(ctx, r.clients.Kubernetes, namespace, opts, func(object *T) {
			if len(part) == cap(part) {
				page, part = append(page, part), make([]K, 0, partLength)
			}
			part = append(part, take(object))
		})
		if err != nil {
			return nil, err
		}
		if opts.Continue == "" {
			parts, version = nil, meta.ResourceVersion
		}
		parts = append(append(parts, page...), part)
		return meta, nil
	})
	if err != nil {
		return nil, "", err
	}
	return slices.Concat(parts...), version, nil
}

// partLength is how many objects are kept in one piece while nobody knows how many there will be: a slice that grows is
// copied again and again.
const partLength = 256

// page asks for one page.
func (l *listing[T]) page(ctx context.Context, clients kubernetes.Interface, namespace string, opts metav1.ListOptions, visit func(*T)) (_ *metav1.ListMeta, err error) {
	accept := acceptWhole
	if l.metadataOnly {
		accept = acceptMetadata
	}
	body, err := l.client(clients).Get().NamespaceIfScoped(namespace, namespace != "").Resource(l.resource).
		VersionedParams(&opts, scheme.ParameterCodec).SetHeader("Accept", accept).Stream(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	in := bufio.NewReaderSize(body, 1<<16)
	if !protolist.IsProtobuf(in) {
		return l.pageOfJSON(in, visit)
	}
	var buffer []byte
	sets := protolist.NewLabels()
	header, err := protolist.Read(in, func(item []byte) error {
		var err error
		if buffer, err = l.wanted.Keep(buffer[:0], item); err != nil {
			return err
		}
		object := new(T)
		if err := l.decode(object, buffer); err != nil {
			return fmt.Errorf("%w: %w", protolist.ErrMalformed, err)
		}
		if l.labels != nil {
			labels, err := sets.Of(item)
			if err != nil {
				return err
			}
			*l.labels(object) = labels
		}
		visit(object)
		return nil
	})
	if err == nil {
		err = l.check(header.Type.Kind)
	}
	return &header.ListMeta, err
}

// pageOfJSON is for those who do not speak protobuf. Such an answer is held as a whole.
func (l *listing[T]) pageOfJSON(in io.Reader, visit func(*T)) (*metav1.ListMeta, error) {
	text, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	var answer struct {
		metav1.TypeMeta `json:",inline"`
		metav1.ListMeta `json:"metadata"`
		// Items are null, or [], where there are none: a list that has no such field is not one.
		Items json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("the answer is no list: %w", err)
	}
	if err := l.check(answer.Kind); err != nil {
		return nil, err
	}
	var items []json.RawMessage
	if err := json.Unmarshal(answer.Items, &items); err != nil {
		return nil, fmt.Errorf("the answer is no list: %w", err)
	}
	for _, item := range items {
		object := new(T)
		if err := json.Unmarshal(item, object); err != nil {
			return nil, fmt.Errorf("the answer is no %s: %w", l.kind, err)
		}
		visit(object)
	}
	return &answer.ListMeta, nil
}

// check refuses an answer that is something else: an empty one would say that there is nothing.
func (l *listing[T]) check(kind string) error {
	if kind == l.kind || l.metadataOnly && kind == metadataKind {
		return nil
	}
	return fmt.Errorf("the answer is no %s, but of kind %q", l.kind, kind)
}
