// The report's table, charts and detail. Text is set, never markup: names come from scanned files.
'use strict';
(() => {
  const ROW_PX = 34;
  const PRINT_ROWS_MAX = 2000;
  const BARS_MAX = 8;
  const RANK = { critical: 4, high: 3, medium: 2, low: 1, certain: 3, likely: 2, possible: 1 };
  const DAY_SECONDS = 86400;
  const COLUMNS = [
    ['severity', 'Severity'], ['confidence', 'Confidence'], ['rule', 'Rule'], ['path', 'Path'],
    ['line', 'Line'], ['redacted', 'Secret'], ['date', 'Since'],
  ];

  const $ = (id) => document.getElementById(id);
  // The table stands in front of this script and is drawn while the rest is still being read: one line of JSON a finding
  // with what only its detail and the filter need, and what became of the scan.
  const table = JSON.parse($('table').textContent);
  const rows = table.findings.map(([rule, confidence, source, path, line, redacted, date], index) =>
    ({ ...table.rules[rule], confidence, source, path, line, redacted, date, index }));
  const { started } = table.run;
  const grid = $('grid');
  const body = $('rows');
  const state = { shown: rows.map((_, i) => i), sort: 'severity', down: true, active: 0, picked: {}, open: false, all: false };
  const texts = [];
  let details = null;

  function make(tag, properties, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(properties || {})) {
      if (key in node && key !== 'role') node[key] = value;
      else node.setAttribute(key, value);
    }
    node.append(...children);
    return node;
  }

  // The browser's own way loads all that it knows of languages, which takes longer than drawing the table.
  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ',');
  const day = (seconds) => (seconds === null ? '' : new Date(seconds * 1000).toISOString().slice(0, 10));
  const time = (seconds) => (seconds === null ? '' : new Date(seconds * 1000).toISOString().replace('.000', ''));

  function place([path, line, column, modified, git]) {
    const [commit, date, reach, object, author, live] = git || [];
    return { path, line, column, modified, commit, date, reach, object, author, live };
  }

  // A row with everything that is known of it by now.
  function whole(row) {
    if (!details) return { decode: [], places: [], more: 0, parts: [], ...row };
    const [[column, modified, git], score, validation, decode, context, hash, ignore, places, more, parts, secret] = JSON.parse(details[row.index + 1]);
    const at = place([row.path, row.line, column, modified, git]);
    return { ...row, ...at, score, validation, decode, context, hash, ignore, places: places.map(place), more, parts, secret };
  }

  // What a finding is counted and filtered by.
  function folder(row) {
    const parts = row.path.split('!')[0].replace(/^(\.?\/)+/, '').split('/');
    return parts.length > 1 ? parts.slice(0, Math.min(2, parts.length - 1)).join('/') : '(top)';
  }

  function age(row) {
    if (row.date === null) return 'no date';
    const days = (started - row.date) / DAY_SECONDS;
    if (days < 7) return 'up to a week';
    if (days < 30) return 'up to a month';
    if (days < 365) return 'up to a year';
    if (days < 3 * 365) return '1 to 3 years';
    return 'over 3 years';
  }

  const AGES = ['up to a week', 'up to a month', 'up to a year', '1 to 3 years', 'over 3 years', 'no date'];
  const SEVERITIES = ['critical', 'high', 'medium', 'low'];
  const GROUPS = [
    { key: 'severity', title: 'By severity', of: (row) => row.severity, order: SEVERITIES },
    { key: 'rule', title: 'By rule', of: (row) => row.rule },
    { key: 'folder', title: 'By folder', of: folder },
    { key: 'age', title: 'By age in history', of: age, order: AGES },
  ];

  function tally(group) {
    const counts = new Map();
    for (const row of rows) {
      const key = group.of(row);
      counts.set(key, (counts.get(key) || 0) + 1);
    }
    if (group.order) return group.order.filter((key) => counts.has(key)).map((key) => [key, counts.get(key)]);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }

  function bar(share, name) {
    const svg = $('bar').content.firstElementChild.cloneNode(true);
    const rect = svg.firstElementChild;
    rect.setAttribute('width', String(Math.max(1, 100 * share)));
    if (SEVERITIES.includes(name)) rect.setAttribute('class', name);
    return svg;
  }

  function drawCharts() {
    for (const group of GROUPS) {
      const all = tally(group);
      const most = Math.max(1, ...all.map(([, count]) => count));
      const list = make('ul');
      for (const [key, count] of all.slice(0, BARS_MAX)) {
        const button = make('button', { type: 'button', title: key, 'aria-pressed': 'false' },
          make('span', { className: 'label' }, key), bar(count / most, key),
          make('span', { className: 'number' }, number(count)));
        button.dataset.group = group.key;
        button.dataset.value = key;
        button.addEventListener('click', () => pick(group.key, key));
        list.append(make('li', {}, button));
      }
      if (all.length > BARS_MAX) {
        const rest = all.slice(BARS_MAX).reduce((sum, [, count]) => sum + count, 0);
        list.append(make('li', {}, make('button', { type: 'button', disabled: true },
          make('span', { className: 'label' }, `${number(all.length - BARS_MAX)} others`), bar(rest / Math.max(most, rest)),
          make('span', { className: 'number' }, number(rest)))));
      }
      $('charts').append(make('div', { className: 'card chart' }, make('h2', {}, group.title), list));
    }
  }

  function pick(group, value) {
    if (state.picked[group] === value) delete state.picked[group];
    else state.picked[group] = value;
    if (group === 'severity') $('severity').value = state.picked.severity || '';
    refilter();
  }

  function card(big, small) {
    $('cards').append(make('div', { className: 'card' }, make('b', {}, big), make('span', {}, small)));
  }

  function drawHead() {
    const { run } = table;
    const targets = run.targets.length ? run.targets.join(', ') : 'stored run';
    $('about').textContent = `${targets} · ${time(started).replace('T', ' ').replace('Z', ' UTC')} · scanner-rs ${run.version}`;
    card(number(rows.length), rows.length === 1 ? 'finding' : 'findings');
    card(number(rows.filter((row) => row.severity === 'critical').length), 'critical');
    card(number(table.rules.length), 'rules met');
    card(number(new Set(rows.map((row) => row.path)).size), 'places with findings');
    for (const small of ['files scanned', 'silenced', 'scan']) card('…', small);
    for (const name of new Set(rows.map((row) => row.source))) $('source').append(make('option', {}, name));
  }

  function drawSummary({ summary, failed }) {
    const facts = [number(summary.files), number(summary.suppressed), summary.status];
    const cards = [...$('cards').children].slice(-facts.length);
    for (const [i, fact] of facts.entries()) cards[i].firstElementChild.textContent = fact;
    const notices = [];
    if (summary.status !== 'complete') notices.push(`The scan is ${summary.status}: what is not listed here is not known to be clean.`);
    for (const text of failed) notices.push(`Not scanned: ${text}`);
    if (table.run.cut) notices.push(`${number(table.run.cut)} findings of lower severity are not in this page.`);
    notices.push(...summary.warnings);
    if (rows.length === 0) notices.push('No secrets found in what was scanned.');
    for (const text of notices) $('notices').append(make('p', { className: 'notice' }, text));
  }

  function drawColumns() {
    for (const [key, title] of COLUMNS) {
      const button = make('button', { type: 'button', tabIndex: 0 }, title);
      button.addEventListener('click', () => sortBy(key));
      const cell = make('div', { role: 'columnheader', 'aria-sort': 'none' }, button);
      cell.dataset.key = key;
      $('columns').append(cell);
    }
  }

  // What a filter looks at, for a few more rows; before all is read, only what stands in the table.
  function index(count) {
    const end = Math.min(rows.length, texts.length + count);
    for (let i = texts.length; i < end; i++) {
      const { rule, name, path, redacted } = rows[i];
      let text = `${rule}\n${name}\n${path}\n${redacted}`;
      if (details) {
        const [[, , git], , , decode, , hash, , places] = JSON.parse(details[i + 1]);
        text += `\n${hash}\n${(git && git[0]) || ''}\n${decode.join(' ')}`;
        for (const [elsewhere] of places) text += `\n${elsewhere}`;
      }
      texts.push(text.toLowerCase());
    }
    return texts.length < rows.length;
  }

  function indexWhenIdle(deadline) {
    let more = true;
    while (more && deadline.timeRemaining() > 1) more = index(100);
    if (more) requestIdleCallback(indexWhenIdle);
  }

  function refilter() {
    const words = $('query').value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) index(rows.length);
    const exact = ['confidence', 'source'].map((id) => [id, $(id).value]).filter(([, value]) => value);
    const groups = GROUPS.filter((group) => state.picked[group.key]);
    const shown = [];
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (exact.every(([key, value]) => row[key] === value)
        && groups.every((group) => group.of(row) === state.picked[group.key])
        && words.every((word) => texts[i].includes(word))) shown.push(i);
    }
    state.shown = shown;
    for (const button of document.querySelectorAll('.chart button[data-group]')) {
      button.setAttribute('aria-pressed', String(state.picked[button.dataset.group] === button.dataset.value));
    }
    order();
  }

  function order() {
    const { sort, down } = state;
    const keys = rows.map((row) => RANK[row[sort]] && (sort === 'severity' || sort === 'confidence') ? RANK[row[sort]] : row[sort] ?? '');
    const sign = down ? -1 : 1;
    state.shown.sort((a, b) => (keys[a] < keys[b] ? -sign : keys[a] > keys[b] ? sign : a - b));
    for (const cell of $('columns').children) {
      const way = cell.dataset.key !== sort ? 'none' : down ? 'descending' : 'ascending';
      cell.setAttribute('aria-sort', way);
    }
    state.active = 0;
    grid.scrollTop = 0;
    const total = state.shown.length;
    $('count').textContent = total === rows.length ? `${number(total)} findings` : `${number(total)} of ${number(rows.length)} findings`;
    grid.setAttribute('aria-rowcount', String(total + 1));
    body.style.height = `${total * ROW_PX}px`;
    draw();
    if (state.open) drawDetail();
  }

  function sortBy(key) {
    if (state.sort === key) state.down = !state.down;
    else [state.sort, state.down] = [key, key === 'severity' || key === 'confidence'];
    order();
  }

  function drawRow(position) {
    const row = rows[state.shown[position]];
    const node = make('div', { role: 'row', id: `row-${position}`, 'aria-rowindex': String(position + 2) });
    for (const [key] of COLUMNS) {
      const text = key === 'date' ? day(row.date) : String(row[key]);
      const cell = make('div', { role: 'gridcell', title: key === 'rule' ? row.name : text }, text);
      if (key === 'severity') cell.className = row.severity;
      if (key === 'path' || key === 'redacted') cell.className = 'mono';
      node.append(cell);
    }
    node.style.top = `${position * ROW_PX}px`;
    node.setAttribute('aria-selected', String(position === state.active));
    if (position === state.active) node.className = 'active';
    node.addEventListener('click', () => { state.active = position; open(); });
    return node;
  }

  // Only what can be seen is in the page, and a few rows around it.
  function draw() {
    const total = state.shown.length;
    let first = Math.max(0, Math.floor(grid.scrollTop / ROW_PX) - 8);
    let last = Math.min(total, first + Math.ceil(grid.clientHeight / ROW_PX) + 18);
    if (state.all) [first, last] = [0, Math.min(total, PRINT_ROWS_MAX)];
    const nodes = [];
    for (let position = first; position < last; position++) nodes.push(drawRow(position));
    body.replaceChildren(...nodes);
    if (total) grid.setAttribute('aria-activedescendant', `row-${state.active}`);
    else grid.removeAttribute('aria-activedescendant');
  }

  function move(to) {
    const total = state.shown.length;
    if (!total) return;
    state.active = Math.max(0, Math.min(total - 1, to));
    const top = state.active * ROW_PX;
    const seen = grid.clientHeight - 2 * ROW_PX;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top > grid.scrollTop + seen) grid.scrollTop = top - seen;
    draw();
    if (state.open) drawDetail();
  }

  function open() {
    if (!state.shown.length) return;
    state.open = true;
    $('detail').hidden = false;
    drawDetail();
    draw();
  }

  function close() {
    state.open = false;
    $('detail').hidden = true;
    draw();
    grid.focus();
  }

  function facts(pairs) {
    const list = make('dl');
    for (const [name, value] of pairs) {
      if (value !== undefined && value !== null && value !== '') list.append(make('dt', {}, name), make('dd', {}, String(value)));
    }
    return list;
  }

  function chain(row) {
    const steps = row.path.split('!').map((name, i) => (i ? `entry ${name}` : `${row.source}: ${name}`));
    if (row.commit) steps.unshift(`commit ${row.commit}`);
    for (const kind of row.decode) steps.push(`decoded from ${kind}`);
    steps.push(details ? `line ${row.line}, column ${row.column}` : `line ${row.line}`);
    return make('ol', { className: 'chain' }, ...steps.map((step) => make('li', {}, step)));
  }

  function drawDetail() {
    if (!state.shown.length) { close(); return; }
    const row = whole(rows[state.shown[state.active]]);
    const shut = make('button', { type: 'button', className: 'close', 'aria-label': 'Close the detail' }, '×');
    shut.addEventListener('click', close);
    const live = typeof row.live === 'boolean' ? (row.live ? 'yes' : 'no') : '';
    const nodes = [
      shut, make('h2', {}, row.name || row.rule), make('p', {}, row.about),
      make('pre', { className: 'context' }, row.context || ''), make('h2', {}, 'Where it comes from'), chain(row),
      facts([['Severity', row.severity], ['Confidence', row.score === undefined ? row.confidence : `${row.confidence} (${row.score})`], ['Rule', row.rule], ['Proof', row.validation],
        ['Secret', row.secret ?? row.redacted],
        ...row.parts.map(([name, shown, line, column]) => ['With', `${name} ${shown}, ${line}:${column}`]), ['Since', time(row.date)], ['Changed in the archive', time(row.modified ?? null)], ['Author', row.author], ['Reached by', row.reach], ['Object', row.object],
        ['In the files of today', live], ['Secret hash', row.hash], ['To silence it', row.ignore]]),
    ];
    if (row.places.length) {
      const items = row.places.map((at) => make('li', {}, `${at.path}:${at.line}${at.commit ? ` (${at.commit.slice(0, 12)})` : ''}`));
      if (row.more) items.push(make('li', {}, `and ${number(row.more)} more`));
      nodes.push(make('h2', {}, `The same secret in ${number(row.places.length + row.more)} other places`), make('ul', {}, ...items));
    }
    $('detail').replaceChildren(...nodes);
  }

  function setTheme(dark) {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    $('theme').textContent = dark ? 'Light' : 'Dark';
  }

  function listen() {
    $('query').addEventListener('input', refilter);
    $('severity').addEventListener('change', () => {
      if ($('severity').value) state.picked.severity = $('severity').value;
      else delete state.picked.severity;
      refilter();
    });
    for (const id of ['confidence', 'source']) $(id).addEventListener('change', refilter);
    $('clear').addEventListener('click', () => {
      for (const id of ['query', 'severity', 'confidence', 'source']) $(id).value = '';
      state.picked = {};
      refilter();
    });
    $('theme').addEventListener('click', () => setTheme(document.documentElement.dataset.theme !== 'dark'));
    $('print').addEventListener('click', () => window.print());
    window.addEventListener('beforeprint', () => { state.all = true; draw(); });
    window.addEventListener('afterprint', () => { state.all = false; draw(); });
    window.addEventListener('resize', draw);
    grid.addEventListener('scroll', () => requestAnimationFrame(draw));
    grid.addEventListener('keydown', (event) => {
      if (event.target !== grid) return;
      const page = Math.max(1, Math.floor(grid.clientHeight / ROW_PX) - 2);
      const to = { ArrowDown: state.active + 1, ArrowUp: state.active - 1, PageDown: state.active + page,
        PageUp: state.active - page, Home: 0, End: state.shown.length - 1 }[event.key];
      if (to !== undefined) move(to);
      else if (event.key === 'Enter') open();
      else return;
      event.preventDefault();
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === '/' && !/INPUT|SELECT/.test(event.target.tagName)) {
        event.preventDefault();
        $('query').focus();
      } else if (event.key === 'Escape' && state.open) close();
      else if (event.key === 'Escape' && event.target === $('query')) grid.focus();
    });
  }

  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  setTheme(dark.matches);
  dark.addEventListener('change', () => setTheme(dark.matches));
  // All of the page is there.
  function complete() {
    details = $('details').textContent.split('\n');
    const end = JSON.parse($('end').textContent);
    for (const id of ['table', 'details', 'end']) $(id).remove();
    drawSummary(end);
    texts.length = 0;
    if ($('query').value) refilter();
    else if (state.open) drawDetail();
    document.documentElement.dataset.complete = 'true';
    if (window.requestIdleCallback) requestIdleCallback(indexWhenIdle);
    else setTimeout(() => index(rows.length));
  }

  drawHead();
  drawCharts();
  drawColumns();
  listen();
  order();
  document.documentElement.dataset.ready = 'true';
  document.addEventListener('DOMContentLoaded', complete);
})();
