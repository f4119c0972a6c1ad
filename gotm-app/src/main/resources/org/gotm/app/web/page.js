// Shows what /events tells: the recorder's metrics as Prometheus reads them, and rates between two of them.

const HISTORY = 300; // points of the charts, one a second
const CHART_HEIGHT = 160;
const SHORTEST = 60; // seconds that the charts have at least
const RECENT_LOSS_MILLIS = 60_000;
const STALE_MILLIS = 5_000;
const LOG_LINES = 100;
const REASONS = {
  ring: 'the ring had no room',
  interface: 'the card or driver had no room',
  output_full: 'disk or compressors are too slow',
  write_error: 'writing failed',
  sync_error: 'the disk did not keep it',
};
const $ = id => document.getElementById(id);
const exact = n => Math.round(n).toLocaleString('en-US');

// ---- numbers for people

function scaled(n, base, units) {
  let power = 0;
  while (Math.abs(n) >= base && power < units.length - 1) {
    n /= base;
    power++;
  }
  const digits = power === 0 || Math.abs(n) >= 100 ? 0 : Math.abs(n) >= 10 ? 1 : 2;
  return `${n.toFixed(digits)} ${units[power]}`.trim();
}
const bits = bytes => scaled(8 * bytes, 1000, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s']);
const bytes = n => scaled(n, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']);
const count = n => scaled(n, 1000, ['', 'k', 'M', 'G', 'T']);
const percent = share => (Number.isFinite(share) ? `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %` : '–');
function age(seconds) {
  const [unit, name] = [[86400, 'days'], [3600, 'h'], [60, 'min'], [1, 's']].find(([u]) => seconds >= 2 * u) ?? [1, 's'];
  return `${Math.round(seconds / unit)} ${name}`;
}

// ---- metrics

/** The samples of a scrape. */
class Metrics {
  constructor(text) {
    this.samples = text.split('\n').map(Metrics.sample).filter(Boolean);
  }

  static sample(line) {
    const parts = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!parts) {
      return null;
    }
    const labels = {};
    for (const [, name, value] of (parts[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      labels[name] = value.replace(/\\(.)/g, (_, c) => (c === 'n' ? '\n' : c));
    }
    return { name: parts[1], labels, value: Number(parts[3]) };
  }

  has(name) {
    return this.samples.some(s => s.name === name);
  }

  /** Sum of those samples that have these labels. */
  sum(name, labels = {}) {
    const wanted = Object.entries(labels);
    return this.samples
      .filter(s => s.name === name && wanted.every(([key, value]) => s.labels[key] === value))
      .reduce((sum, s) => sum + s.value, 0);
  }

  /** The values that a label has, each once, in their order. */
  values(name, label) {
    return [...new Set(this.samples.filter(s => s.name === name).map(s => s.labels[label]))];
  }
}

let now = null; // {millis, metrics, flows}
let before = null;

/** What a counter grew by, a second. */
function rate(name, labels) {
  const grown = before ? now.metrics.sum(name, labels) - before.metrics.sum(name, labels) : NaN;
  return Math.max(0, (1000 * grown) / (now.millis - before?.millis));
}
const total = (name, labels) => now.metrics.sum(name, labels);
const shown = (n, words) => (Number.isFinite(n) ? words(n) : '–');

// ---- the parts of the page

function fill(id, rows) {
  $(id).replaceChildren(
    ...rows.map(({ cells }) => {
      const row = document.createElement('tr');
      row.append(...cells.map(cell));
      return row;
    }),
  );
}

function cell(content) {
  const td = document.createElement('td');
  const { text, isNumber, metric, isBad, node } = typeof content === 'object' ? content : { text: content };
  td.append(node ?? text);
  td.className = `${isNumber ? 'n' : ''} ${isBad ? 'bad' : ''}`.trim();
  if (metric) {
    td.dataset.metric = metric;
  }
  return td;
}
const number = (value, words) => ({ text: shown(value, words), isNumber: true });

/** The value of a metric; the element tells which metric it is. */
function metric(name, words, labels = {}) {
  const names = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return { ...number(total(name, labels), words), metric: `${name}{${names.join(',')}}` };
}

function bar(share) {
  const node = document.createElement('meter');
  node.value = share || 0;
  node.textContent = percent(share);
  return { node };
}

const losses = [];
function lostRecently(lost) {
  losses.push([now.millis, lost]);
  while (losses[0][0] < now.millis - RECENT_LOSS_MILLIS) {
    losses.shift();
  }
  return lost - losses[0][1];
}

function say(level, words) {
  $('status').dataset.level = level;
  $('status').textContent = words;
}

function showStatus(errors) {
  const lost = total('gotm_packets_lost_total');
  const recently = lostRecently(lost);
  $('errors').replaceChildren(
    ...errors.map(error => {
      const item = document.createElement('li');
      item.textContent = error;
      return item;
    }),
  );
  if (recently > 0) {
    say('bad', `✗ Losing packets: ${exact(recently)} in the last minute`);
  } else if (errors.length > 0) {
    say('bad', '✗ Trouble, see below');
  } else if (lost > 0) {
    say('warn', `! Nothing lost now, ${exact(lost)} packets since the start`);
  } else {
    say('good', '✓ Nothing lost');
  }
}

function showNow() {
  const seen = rate('gotm_bytes_total');
  const kept = rate('gotm_bytes_output_total');
  const lost = rate('gotm_packets_lost_total');
  const packets = rate('gotm_packets_total');
  const disk = rate('gotm_disk_bytes_total');
  $('rate-in').textContent = shown(seen, bits);
  $('packets-in').textContent = shown(packets, n => `${count(n)} packets/s`);
  $('rate-kept').textContent = shown(kept, bits);
  $('share-kept').textContent = `${percent(kept / seen)} of the bytes`;
  $('rate-lost').textContent = shown(lost, n => `${count(n)} /s`);
  $('rate-lost').parentElement.className = lost > 0 ? 'card bad' : 'card';
  $('share-lost').textContent = `${exact(total('gotm_packets_lost_total'))} since the start`;
  $('flows-active').textContent = exact(total('gotm_active_flow_count'));
  $('flows-new').textContent = shown(rate('gotm_flows_total'), n => `${count(n)} new /s`);
  $('rate-disk').textContent = shown(disk, n => `${bytes(n)}/s`);
  const ratio = total('gotm_bytes_output_total') / total('gotm_disk_bytes_total');
  $('compression').textContent = shown(ratio, n => `${n.toFixed(2)} : 1 since the start`);
}

function showInterfaces() {
  const rows = [];
  for (const name of now.metrics.values('gotm_packets_total', 'interface')) {
    const workers = now.metrics.samples.filter(s => s.name === 'gotm_packets_total' && s.labels.interface === name);
    if (workers.length > 1) {
      rows.push(interfaceRow(name, `${workers.length} workers`, { interface: name }));
    }
    workers.forEach(({ labels }) =>
      rows.push(interfaceRow(workers.length > 1 ? '' : name, labels.worker, { interface: name, worker: labels.worker })),
    );
  }
  fill('interfaces', rows);
}

function interfaceRow(name, worker, labels) {
  const isBad = total('gotm_packets_lost_total', labels) > 0;
  return {
    cells: [
      name,
      worker,
      number(rate('gotm_bytes_total', labels), bits),
      { ...metric('gotm_packets_lost_total', exact, labels), isBad },
      number(rate('gotm_bytes_output_total', labels), bits),
      number(rate('gotm_packets_total', labels), n => `${count(n)} /s`),
      metric('gotm_active_flow_count', exact, labels),
    ],
  };
}

function showLedger() {
  const line = (words, name) => ({ cells: [words, metric(name, exact)] });
  fill('ledger', [
    line('received by kernel or card', 'gotm_packet_nic_received'),
    line('seen by the workers', 'gotm_packets_total'),
    { cells: ['cut by gotm', metric('gotm_packets_cut_total', exact, { where: 'user' })] },
    { cells: ['cut in the kernel', metric('gotm_packets_cut_total', exact, { where: 'kernel' })] },
    line('kept', 'gotm_packets_kept_total'),
    line('in files', 'gotm_packets_output_total'),
    line('in memory', 'gotm_packets_in_memory'),
  ]);
  const reasons = now.metrics.values('gotm_packets_lost_total', 'reason');
  fill(
    'losses',
    reasons.map(reason => {
      const isBad = total('gotm_packets_lost_total', { reason }) > 0;
      const words = `${isBad ? '✗ ' : ''}${reason}: ${REASONS[reason] ?? ''}`;
      return { cells: [{ text: words, isBad }, { ...metric('gotm_packets_lost_total', exact, { reason }), isBad }] };
    }),
  );
}

function showCuts() {
  const share = (cut, all) => [
    number(rate(...cut) / all.reduce((sum, each) => sum + rate(...each), 0), percent),
    number(total(...cut) / all.reduce((sum, each) => sum + total(...each), 0), percent),
  ];
  const classes = now.metrics.values('gotm_class_packets_kept_total', 'class').map(name => {
    const of = { class: name };
    const cut = ['gotm_class_packets_cut_total', of];
    return { cells: [`packets of class ${name}`, ...share(cut, [cut, ['gotm_class_packets_kept_total', of]])] };
  });
  fill('cuts', [
    { cells: ['packets', ...share(['gotm_packets_cut_total'], [['gotm_packets_total']])] },
    { cells: ['flows', ...share(['gotm_flows_cut_total'], [['gotm_flows_total']])] },
    ...classes,
  ]);
}

function showSizes() {
  const buckets = now.metrics.samples.filter(s => s.name === 'gotm_flow_size_bytes_bucket');
  const all = buckets.at(-1)?.value ?? 0;
  const rows = buckets.map(({ labels, value }, i) => ({
    bound: labels.le === '+Inf' ? 'more' : `to ${bytes(Number(labels.le))}`,
    flows: value - (buckets[i - 1]?.value ?? 0),
  }));
  while (rows.length > 1 && rows.at(-1).flows === 0) {
    rows.pop();
  }
  fill('sizes', rows.map(({ bound, flows }) => ({ cells: [bound, bar(flows / all), number(flows, exact)] })));
}

function showFiles() {
  const line = (words, name, format) => (now.metrics.has(name) ? [{ cells: [words, metric(name, format)] }] : []);
  fill('files', [
    ...line('files finished', 'gotm_rotations_total', exact),
    ...line('written', 'gotm_disk_bytes_total', bytes),
    ...line('writes that failed', 'gotm_write_errors_total', exact),
    ...line('chunks of memory in use', 'gotm_chunks_in_use', n => `${exact(n)} of ${exact(total('gotm_chunks'))}`),
    ...line('chunks that wait', 'gotm_output_queue_depth', exact),
    ...line('disk free', 'gotm_disk_free_bytes', n => `${bytes(n)} of ${bytes(total('gotm_disk_size_bytes'))}`),
    ...line('disk full in', 'gotm_disk_full_in_seconds', age),
    ...line('oldest packet', 'gotm_oldest_packet_timestamp_seconds', n => `${age(now.time / 1000 - n)} ago`),
    ...line('files deleted to make room', 'gotm_retention_deleted_files_total', exact),
    ...line('lines of the log dropped', 'gotm_log_lines_dropped_total', exact),
  ]);
}

const ends = key => Object.fromEntries([...key.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));

/** An address with its port; of IPv6 in the short spelling, which the browser knows. */
function end(address = '', port = '') {
  const url = `http://[${address}]`;
  const host = URL.canParse(url) ? new URL(url).hostname : address;
  return port ? `${host}:${port}` : host.replace(/^\[|\]$/g, '');
}

const FLOW_NANOS = 60e9; // it may come and go among the largest
/** Bytes and time of each flow when it was seen with other bytes than now, for its rate. */
const flowsBefore = new Map();
function flowRate({ key, bytes, nanos }) {
  const earlier = flowsBefore.get(key);
  if (earlier && bytes > earlier.bytes && nanos > earlier.nanos) {
    earlier.rate = (1e9 * (bytes - earlier.bytes)) / (nanos - earlier.nanos);
  }
  if (!earlier || bytes !== earlier.bytes) {
    flowsBefore.set(key, { bytes, nanos, rate: bytes < earlier?.bytes ? NaN : earlier?.rate });
  }
  return flowsBefore.get(key).rate ?? NaN;
}

function showFlows() {
  const rows = now.flows.map(flow => {
    const { proto, ethertype, src, sport, dst, dport } = ends(flow.key);
    return {
      cells: [
        proto ?? ethertype ?? '',
        number(flowRate(flow), bits),
        number(flow.bytes, bytes),
        number(flow.packets, count),
        end(src, sport),
        end(dst, dport),
        flow.class,
      ],
    };
  });
  fill('flows', rows);
  const newest = Math.max(...now.flows.map(flow => flow.nanos));
  flowsBefore.forEach(({ nanos }, key) => nanos < newest - FLOW_NANOS && flowsBefore.delete(key));
}

// ---- charts

class Chart {
  constructor(id, words, least) {
    this.place = $(id);
    this.words = words;
    this.least = least;
    this.times = [];
    this.lines = new Map();
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw(true));
  }

  size() {
    return { width: this.place.clientWidth, height: CHART_HEIGHT };
  }

  /** One more point of each line; a line that is new has none before. */
  add(seconds, values) {
    this.times.push(seconds);
    const isNew = Object.keys(values).filter(name => !this.lines.has(name));
    isNew.forEach(name => this.lines.set(name, Array(this.times.length - 1).fill(null)));
    this.lines.forEach((line, name) => line.push(Number.isFinite(values[name]) ? values[name] : null));
    if (this.times.length > HISTORY) {
      [this.times, ...this.lines.values()].forEach(line => line.shift());
    }
    this.draw(isNew.length > 0);
  }

  draw(anew) {
    const data = [this.times, ...this.lines.values()];
    if (!anew && this.plot) {
      this.plot.setData(data);
      return;
    }
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), data, this.place);
  }

  options() {
    const style = getComputedStyle(document.documentElement);
    const colour = name => style.getPropertyValue(name);
    const axis = { stroke: colour('--faint'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
    const series = [...this.lines.keys()].map((label, i) => ({
      label,
      stroke: colour(`--c${i % 6}`),
      width: 1.5,
      dash: i >= 6 ? [4, 3] : undefined,
      points: { show: false },
      value: (_, n) => (n === null ? '–' : this.words(n)),
    }));
    return {
      ...this.size(),
      series: [{ value: (_, seconds) => (seconds === null ? '–' : clock(seconds)) }, ...series],
      axes: [{ ...axis, space: 80, values: (_, ticks) => ticks.map(clock) }, { ...axis, size: 74, values: (_, ticks) => ticks.map(this.words) }],
      scales: {
        x: { range: (_, first, last) => [Math.min(first, last - SHORTEST), last] },
        y: { range: (_, low, high) => [0, Math.max(1.1 * high, this.least)] },
      },
      cursor: { y: false },
    };
  }
}
const clock = seconds => new Date(1000 * seconds).toTimeString().slice(0, 8);
const rateChart = new Chart('chart-rate', n => bits(n / 8), 1000);
const lossChart = new Chart('chart-loss', count, 10);

function chart() {
  const rates = {};
  for (const name of now.metrics.values('gotm_packets_total', 'interface')) {
    rates[`${name} seen`] = 8 * rate('gotm_bytes_total', { interface: name });
    rates[`${name} kept`] = 8 * rate('gotm_bytes_output_total', { interface: name });
  }
  rateChart.add(now.time / 1000, rates);
  const lost = {};
  now.metrics.values('gotm_packets_lost_total', 'reason').forEach(reason => {
    lost[reason] = rate('gotm_packets_lost_total', { reason });
  });
  lossChart.add(now.time / 1000, lost);
}

// ---- events

let source = null;
let heardAt = performance.now();

function onState({ data }) {
  const state = JSON.parse(data);
  heardAt = performance.now();
  if (state.millis === now?.millis) {
    return;
  }
  before = state.millis > now?.millis ? now : null; // another recorder, begun anew
  now = { ...state, metrics: new Metrics(state.metrics) };
  $('reads').textContent = state.facts.reads;
  document.title = `gotm ${state.facts.reads}`;
  $('facts').textContent = Object.entries(state.facts).map(([name, value]) => `${name}: ${value}`).slice(1).join(' · ');
  showStatus(state.errors);
  showNow();
  showInterfaces();
  showLedger();
  showCuts();
  showSizes();
  showFiles();
  showFlows();
  chart();
  document.body.dataset.events = Number(document.body.dataset.events ?? 0) + 1;
}

let lines = [];
function onLog({ data }) {
  const log = $('log');
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  lines = [...lines, ...JSON.parse(data)].slice(-LOG_LINES);
  log.textContent = lines.join('\n');
  if (atEnd) {
    log.scrollTop = log.scrollHeight;
  }
}

function listen() {
  source?.close();
  source = new EventSource('/events');
  source.addEventListener('open', () => (lines = [])); // all that are remembered come again
  source.addEventListener('state', onState);
  source.addEventListener('log', onLog);
}

setInterval(() => {
  const silent = performance.now() - heardAt;
  if (silent > STALE_MILLIS) {
    say('bad', `✗ No answer for ${age(silent / 1000)}: the recorder is gone, or too many look`);
    if (source.readyState === EventSource.CLOSED) {
      listen();
    }
  }
}, STALE_MILLIS);
listen();
