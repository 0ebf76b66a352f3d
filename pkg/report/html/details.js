// All that is known about one namespace. Text only ever becomes text: nothing
// here makes markup of a string, and the page's policy would not let it.
const element = (tag, attributes, ...children) => {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) e.setAttribute(name, value);
  e.append(...children.filter((c) => c !== null && c !== undefined));
  return e;
};

// plain shows what hides or turns the text around it, as the program does elsewhere.
const plain = (text) => String(text === undefined || text === null ? '' : text).replace(
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd-\uffff]/g,
  (c) => {
    if (c === '\u001b') return '^[';
    if (c === '\r' || c === '\t') return ' ';
    return '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0');
  });

// Severities with the most urgent first.
const severities = ['high', 'medium', 'low', 'info'];
// One that is not known here is the worst.
const severity = (finding) => Math.max(0, severities.indexOf(finding.severity));

const text = (value) => element('bdi', {}, plain(value));

const details = (ns) => {
  const list = element('dl', {});
  const add = (name, ...content) => list.append(element('div', {}, element('dt', {}, name), element('dd', {}, ...content)));
  if (ns.reason) add('Reason', text(ns.reason));
  if (ns.exemption) {
    add('Exemption', text(ns.exemption.reason), element('small', {}, ns.exemption.until ? ' until ' + plain(ns.exemption.until) + ' (UTC, inclusive)' : ' without an end'));
  }
  if (ns.managedBy) {
    const m = ns.managedBy;
    add('Managed by', text([m.tool, m.kind, m.name].filter(Boolean).join(' ')), element('small', {}, ' by ', text(m.evidence)));
  }
  if (ns.pods) {
    const p = ns.pods;
    add('Pods', `${p.total} in all, ${p.hostNetwork} on the host network. Ingress: ${p.selectedIngress} selected, ${p.restrictedIngress} restricted. ` +
      `Egress: ${p.selectedEgress} selected, ${p.restrictedEgress} restricted.`);
  }
  if (ns.newPod) add('A new pod', `without labels would get: ingress ${plain(ns.newPod.ingress)}, egress ${plain(ns.newPod.egress)}`);
  if (ns.policies && ns.policies.length) {
    add('NetworkPolicies', element('ul', {}, ...ns.policies.map((p) => element('li', {}, element('code', {}, text(p.name)), ' ',
      element('small', {}, [(p.policyTypes || []).map(plain).join(' and '),
        p.selectedPods === undefined ? 'pods unknown' : `selects ${p.selectedPods} ${p.selectedPods === 1 ? 'pod' : 'pods'}`].filter(Boolean).join(', '))))));
  }
  if (ns.otherPolicies && ns.otherPolicies.length) {
    add('Other policies', element('ul', {}, ...ns.otherPolicies.map((p) => element('li', {}, text(p.kind), ' ', element('code', {}, text(p.name)), ' ',
      element('small', {}, text(p.apiVersion))))));
  }
  if (ns.findings && ns.findings.length) {
    add('Findings', element('ul', { class: 'finding-list' }, ...[...ns.findings].sort((a, b) => severity(a) - severity(b)).map((f) => element('li', {},
      element('span', { class: 'severity s-' + f.severity }, plain(f.severity)), ' ', element('code', {}, text(f.rule)),
      element('p', {}, text(f.message)), f.remedy ? element('p', { class: 'remedy' }, 'Remedy: ', text(f.remedy)) : null))));
  }
  if (!list.childElementCount) list.append(element('div', {}, element('dd', {}, 'Nothing more is known about this namespace.')));
  return list;
};
