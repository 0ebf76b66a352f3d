package rules

// The annotations that exempt a namespace.
const (
	// AnnotationExempt holds the reason, which must not be empty.
	AnnotationExempt = "cis532.io/exempt"
	// AnnotationExemptUntil holds the last day of the exemption (UTC, inclusive), as YYYY-MM-DD.
	AnnotationExemptUntil = "cis532.io/exempt-until"
)
