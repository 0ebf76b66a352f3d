// The table of namespaces: made from the embedded document, page by page, so
// that ten thousand cost no more than a hundred.
(() => {
  const $ = (id) => document.getElementById(id);
  const report = JSON.parse($('report').textContent);
  // Verdicts with the most urgent first, postures from the weakest.
  const verdicts = ['ERROR', 'FAIL', 'ACCEPTED', 'EXEMPT', 'PASS', 'SKIPPED'];
  const postures = ['open', 'allow-all', 'cluster-wide', 'partial', 'restricted', 'denied', 'not-applicable', 'unknown'];

  const strings = (value) => {
    if (value === null || typeof value !== 'object') return String(value);
    return Object.values(value).map(strings).join('\n');
  };
  const rows = (report.namespaces || []).map((ns, index) => {
    const found = (ns.findings || []).map(severity);
    const worst = found.length ? Math.min(...new Set(found)) : severities.length;
    return {
      ns, index,
      ingress: ns.posture ? ns.posture.ingress : '',
      egress: ns.posture ? ns.posture.egress : '',
      policies: ns.posture ? (ns.policies || []).length : -1,
      pods: ns.pods ? ns.pods.total : -1,
      findings: found.length,
      worst,
      worstCount: found.filter((f) => f === worst).length,
      haystack: strings(ns).toLowerCase(),
    };
  });

  const rank = (list, value) => (value === '' ? list.length : list.indexOf(value));
  const compareText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const compare = {
    name: (a, b) => compareText(a.ns.name, b.ns.name),
    verdict: (a, b) => rank(verdicts, a.ns.verdict) - rank(verdicts, b.ns.verdict),
    ingress: (a, b) => rank(postures, a.ingress) - rank(postures, b.ingress),
    egress: (a, b) => rank(postures, a.egress) - rank(postures, b.egress),
    policies: (a, b) => a.policies - b.policies,
    pods: (a, b) => a.pods - b.pods,
    findings: (a, b) => a.worst - b.worst || b.worstCount - a.worstCount || b.findings - a.findings,
    reason: (a, b) => compareText(a.ns.reason || '', b.ns.reason || ''),
  };

  const filters = {
    text: $('query'), verdict: $('verdict-filter'), ingress: $('ingress-filter'), egress: $('egress-filter'),
    findings: $('severity-filter'), rule: $('rule-filter'),
  };
  const state = { key: 'verdict', direction: 1, page: 0, all: false, flipped: new Set(), opened: null, printing: false };
  let matching = rows;

  const isOpen = (row) => state.all !== state.flipped.has(row.index);
  const count = (n) => n.toLocaleString('en');
  const size = () => Number($('size').value);
  const pages = () => Math.max(1, Math.ceil(matching.length / size()));

  const select = () => {
    const words = filters.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const limit = filters.findings.value;
    const rule = filters.rule.value;
    matching = rows.filter((row) => (!filters.verdict.value || row.ns.verdict === filters.verdict.value) &&
      (!filters.ingress.value || row.ingress === filters.ingress.value) &&
      (!filters.egress.value || row.egress === filters.egress.value) &&
      (!limit || (limit === 'none' ? !row.findings : row.worst <= severities.indexOf(limit))) &&
      (!rule || (row.ns.findings || []).some((f) => f.rule === rule)) &&
      words.every((word) => row.haystack.includes(word)));
    matching.sort((a, b) => state.direction * compare[state.key](a, b) || compare.name(a, b));
    state.page = 0;
  };

  const cell = (name, ...children) => element('td', { role: 'cell', class: name }, ...children);
  const posture = (name, value) => cell(`${name} p-${plain(value)}`, plain(value));

  const detailRow = (row) => element('tr', { role: 'row', class: 'details', id: 'details-' + row.index },
    element('td', { role: 'cell', colspan: '8' }, details(row.ns)));

  const mainRow = (row) => {
    const { ns } = row;
    const button = element('button', { type: 'button', id: 'open-' + row.index, 'aria-expanded': String(isOpen(row)) }, text(ns.name));
    if (isOpen(row)) button.setAttribute('aria-controls', 'details-' + row.index);
    button.addEventListener('click', () => toggle(row, button));
    const tr = element('tr', { role: 'row', class: isOpen(row) ? 'open' : '' },
      element('th', { role: 'rowheader', scope: 'row', class: 'name' }, button),
      cell('verdict-cell', element('span', { class: 'badge b-' + plain(ns.verdict).toLowerCase() }, plain(ns.verdict))),
      posture('ingress', row.ingress), posture('egress', row.egress),
      cell('policies count', row.policies < 0 ? '' : count(row.policies)),
      cell('pods count', row.pods < 0 ? '' : count(row.pods)),
      cell('findings', row.findings ? element('span', { class: 'severity s-' + severities[row.worst] }, `${count(row.worstCount)} ${severities[row.worst]}`) : null,
        row.findings > row.worstCount ? element('small', {}, `, ${count(row.findings - row.worstCount)} more`) : null),
      cell('reason', element('div', { class: 'clamp' }, text(ns.reason))));
    return tr;
  };

  const toggle = (row, button) => {
    if (!state.flipped.delete(row.index)) state.flipped.add(row.index);
    const open = isOpen(row);
    const tr = button.closest('tr');
    button.setAttribute('aria-expanded', String(open));
    tr.classList.toggle('open', open);
    if (open) {
      tr.after(detailRow(row));
      button.setAttribute('aria-controls', 'details-' + row.index);
    } else {
      tr.nextElementSibling.remove();
      button.removeAttribute('aria-controls');
    }
    state.opened = open ? row : null;
    remember();
  };

  const remember = () => {
    const shown = Object.fromEntries(Object.entries(filters).map(([name, input]) => [name, input.value]));
    const sort = (state.direction > 0 ? '' : '-') + state.key;
    setAddress(addressOf({ ...shown, sort: sort === 'verdict' ? '' : sort, ns: matching.includes(state.opened) ? state.opened.ns.name : '' }));
  };

  const describeFilters = () => Object.entries(filters).filter(([, input]) => input.value)
    .map(([name, input]) => `${name} “${plain(input.selectedOptions ? input.selectedOptions[0].textContent : input.value)}”`).join(', ');

  const render = () => {
    const from = state.page * size();
    const shown = state.printing ? matching : matching.slice(from, from + size());
    const fragment = document.createDocumentFragment();
    for (const row of shown) {
      fragment.append(mainRow(row));
      if (isOpen(row)) fragment.append(detailRow(row));
    }
    if (!shown.length) fragment.append(element('tr', { role: 'row' }, element('td', { role: 'cell', colspan: '8', class: 'nothing' }, rows.length ? 'No namespace matches.' : 'There is no namespace in this report.')));
    $('rows').replaceChildren(fragment);

    const part = pages() > 1 ? `${count(from + 1)}–${count(Math.min(from + size(), matching.length))} of ` : '';
    const noun = matching.length === 1 && !part ? 'namespace' : 'namespaces';
    $('status').textContent = matching.length === rows.length ? `${part}${count(rows.length)} ${noun}`
      : `${part}${count(matching.length)} ${noun}, of ${count(rows.length)} in all`;
    $('page').textContent = `Page ${count(state.page + 1)} of ${count(pages())}`;
    $('pages').hidden = rows.length <= 50;
    for (const [id, end] of [['first', state.page === 0], ['previous', state.page === 0], ['next', state.page + 1 >= pages()], ['last', state.page + 1 >= pages()]]) {
      $(id).setAttribute('aria-disabled', String(end));
    }
    for (const th of document.querySelectorAll('#table th[data-key]')) {
      if (th.dataset.key === state.key) th.setAttribute('aria-sort', state.direction > 0 ? 'ascending' : 'descending');
      else th.removeAttribute('aria-sort');
    }
    $('all').setAttribute('aria-pressed', String(state.all));
    $('all').textContent = state.all ? 'Close all' : 'Open all';
  };

  const update = () => {
    select();
    render();
    remember();
  };

  // What is printed is what matches, on however many pages.
  const printing = (on) => {
    if (state.printing === on) return;
    state.printing = on;
    if (on) {
      const open = matching.filter(isOpen).length;
      const described = describeFilters();
      $('printed').hidden = false;
      $('printed').textContent = (matching.length === rows.length ? `All ${count(rows.length)} namespaces.` : `${count(matching.length)} of ${count(rows.length)} namespaces: those with ${described}.`) +
        (open === matching.length ? '' : open ? ` Details are printed of ${count(open)} of them, those that were open.` : ' Details are left out: “Open all” includes them.');
    } else {
      $('printed').hidden = true;
    }
    render();
  };
  window.addEventListener('beforeprint', () => printing(true));
  window.addEventListener('afterprint', () => printing(false));

  // show shows what the address asks for, and says what it asks for in vain.
  const show = () => {
    const wanted = addressed(location.hash);
    if (!wanted) return;
    const missing = [];
    for (const [name, input] of Object.entries(filters)) {
      const value = wanted.get(name) || '';
      input.value = value;
      if (input.value === value) continue;
      input.value = '';
      missing.push(`${name} “${plain(value)}”`);
    }
    const [, minus, key] = /^(-?)(.*)$/s.exec(wanted.get('sort') || 'verdict');
    if (Object.hasOwn(compare, key)) {
      state.key = key;
      state.direction = minus ? -1 : 1;
    }
    select();
    const name = wanted.get('ns');
    const row = name === null ? null : rows.find((r) => r.ns.name === name);
    if (row) {
      if (!matching.includes(row)) {
        for (const input of Object.values(filters)) input.value = '';
        select();
      }
      state.page = Math.floor(matching.indexOf(row) / size());
      state.opened = row;
      if (!isOpen(row) && !state.flipped.delete(row.index)) state.flipped.add(row.index);
    } else if (name !== null) missing.push(`namespace “${plain(name)}”`);
    render();
    if (missing.length) $('status').textContent = `There is no ${missing.join(', and no ')} in this report. ` + $('status').textContent;
    if (row) {
      history.scrollRestoration = 'manual'; // the row is the place to be, after a reload too
      const button = $('open-' + row.index);
      button.focus({ preventScroll: true });
      button.closest('tr').scrollIntoView({ block: 'center' });
    } else if (location.hash) $('namespaces').focus();
  };
  window.addEventListener('hashchange', show);

  const options = (input, values, name) => {
    for (const value of values) input.append(element('option', { value }, plain(name ? name(value) : value)));
  };
  const present = (list, of) => {
    const there = new Set(rows.map(of));
    return list.filter((value) => there.has(value));
  };
  options(filters.verdict, present(verdicts, (r) => r.ns.verdict));
  options(filters.ingress, present(postures, (r) => r.ingress));
  options(filters.egress, present(postures, (r) => r.egress));
  options(filters.findings, [...severities, 'none'], (s) => (s === 'info' ? 'some' : s === 'high' || s === 'none' ? s : s + ' or worse'));
  options(filters.rule, [...new Set(rows.flatMap((r) => (r.ns.findings || []).map((f) => f.rule)))].sort());

  for (const th of document.querySelectorAll('#table th[data-key]')) {
    const button = element('button', { type: 'button' }, th.textContent, element('span', { class: 'arrow', 'aria-hidden': 'true' }));
    th.replaceChildren(button);
    button.addEventListener('click', () => {
      state.direction = state.key === th.dataset.key ? -state.direction : 1;
      state.key = th.dataset.key;
      update();
    });
  }
  // The rules of the summary lead to the namespaces that they found.
  for (const code of document.querySelectorAll('.rules tbody code')) {
    const link = element('a', { href: addressOf({ rule: code.textContent }) }, code.textContent);
    link.addEventListener('click', () => {
      if (location.hash === link.hash) show(); // there already, and nothing changes
    });
    code.replaceChildren(link);
  }
  for (const input of Object.values(filters)) input.addEventListener(input === filters.text ? 'input' : 'change', update);
  $('filters').addEventListener('submit', (event) => event.preventDefault());
  $('filters').addEventListener('reset', () => setTimeout(update));
  $('size').addEventListener('change', () => {
    state.page = 0;
    render();
  });
  const turn = (id, to) => $(id).addEventListener('click', () => {
    if ($(id).getAttribute('aria-disabled') === 'true') return;
    state.page = to();
    render();
    $('namespaces').scrollIntoView();
  });
  turn('first', () => 0);
  turn('previous', () => state.page - 1);
  turn('next', () => state.page + 1);
  turn('last', () => pages() - 1);
  $('all').addEventListener('click', () => {
    state.all = !state.all;
    state.flipped.clear();
    render();
  });
  $('filters').hidden = !rows.length;
  $('above').hidden = !rows.length;
  $('printed').hidden = true;
  if (addressed(location.hash)) show();
  else {
    select();
    render();
  }
})();
