// The page of a session: draws what the host says of it, and sends cutoffs back.
//
// Owns: drawing, and what of the past is still shown. Leaves to others: what happened (the host's
// model of the session comes whole with every message), who may send cutoffs (the host).

(() => {
  const SCORES = 300; // of a chart
  const FRAMES = 400; // of the spectrogram
  const LISTED = 100;

  const byId = (id) => document.getElementById(id);
  const start = JSON.parse(byId('start').textContent);
  /** Text goes in as text: a label is never HTML. */
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const clock = (ms) => `${(ms / 1000).toFixed(2)} s`;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || 'gray';
  const hue = (i) => `hsl(${(210 + 137 * i) % 360} 65% 50%)`;

  // The models: a chart, a row per label, the cutoff.
  const models = start.models.map((model, number) => {
    const section = make('section', 'model');
    section.append(make('h2', '', model.name));
    const chart = make('canvas', 'chart');
    chart.setAttribute('role', 'img');
    chart.setAttribute('aria-label', `scores of ${model.name}`);
    section.append(chart);
    const rows = model.labels.map((label, i) => {
      const row = make('div', 'row');
      const name = make('span', 'label', label);
      name.style.color = hue(i);
      const meter = make('div', 'meter');
      const bar = make('i', '');
      bar.style.background = hue(i);
      meter.append(bar);
      const value = make('span', 'value', '0.00');
      row.append(name, meter, value);
      section.append(row);
      return { bar, value };
    });
    const line = make('label', 'cutoff', 'cutoff ');
    const slider = make('input', '');
    for (const [key, value] of Object.entries({ type: 'range', min: '0', max: '1', step: '0.01' }))
      slider.setAttribute(key, value);
    slider.setAttribute('aria-label', `cutoff of ${model.name}`);
    slider.disabled = !start.live;
    const shown = make('output', 'value', '');
    line.append(slider, shown);
    section.append(line);
    byId('models').append(section);
    const one = {
      number,
      rows,
      chart,
      slider,
      shown,
      scores: [],
      cutoff: null,
      sending: false,
      wanted: null,
    };
    slider.addEventListener('input', () => wish(one, Number(slider.value)));
    return one;
  });
  const modelNamed = (name) => models[start.models.findIndex((model) => model.name === name)];

  /** One cutoff at a time is under way; of those that are asked for meanwhile, the last. */
  async function wish(model, value) {
    model.wanted = value;
    model.shown.textContent = `${value.toFixed(2)} …`;
    if (model.sending) return;
    model.sending = true;
    try {
      while (model.wanted !== null) {
        const body = JSON.stringify({ model: model.number, value: model.wanted });
        model.wanted = null;
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch('cutoff', { method: 'POST', headers, body });
        byId('problem').textContent = answer.ok ? '' : await answer.text();
      }
    } catch {
      byId('problem').textContent = 'the cutoff was not sent: kws-gen does not answer';
    }
    model.sending = false;
    showCutoff(model);
  }

  function showCutoff(model) {
    if (model.sending) return;
    const { cutoff } = model;
    model.shown.textContent = cutoff === null ? 'not known' : cutoff.toFixed(2);
    if (cutoff !== null) model.slider.value = String(cutoff);
  }

  // The spectrogram: a frame of features per column.
  let frames = [];
  function drawFeatures() {
    const canvas = byId('spectrogram');
    const channels = frames.length === 0 ? 0 : frames[frames.length - 1].length;
    canvas.parentNode.hidden = channels === 0;
    if (channels === 0) return;
    canvas.width = FRAMES;
    canvas.height = channels;
    let [least, most] = [Infinity, -Infinity];
    for (const frame of frames)
      for (const value of frame) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    const context = canvas.getContext('2d');
    const image = context.createImageData(FRAMES, channels);
    const left = FRAMES - frames.length;
    frames.forEach((frame, x) => {
      for (let channel = 0; channel < channels; channel++) {
        const level = most > least ? ((frame[channel] ?? least) - least) / (most - least) : 0;
        const at = 4 * ((channels - 1 - channel) * FRAMES + left + x);
        image.data[at] = 255 * Math.min(1, 1.6 * level);
        image.data[at + 1] = 255 * level * level;
        image.data[at + 2] = 255 * (0.15 + 0.5 * level * (1 - level) + 0.5 * level ** 4);
        image.data[at + 3] = 255;
      }
    });
    context.putImageData(image, 0, 0);
  }

  function drawChart({ chart, scores, cutoff }) {
    const scale = window.devicePixelRatio || 1;
    const [width, height] = [chart.clientWidth || 300, chart.clientHeight || 96];
    chart.width = width * scale;
    chart.height = height * scale;
    const context = chart.getContext('2d');
    context.scale(scale, scale);
    const x = (i) => width - ((scores.length - 1 - i) * width) / SCORES;
    const y = (p) => 2 + (1 - p) * (height - 4);
    const line = (style, dash, points) => {
      context.beginPath();
      context.strokeStyle = style;
      context.setLineDash(dash);
      for (const [px, py] of points) context.lineTo(px, py);
      context.stroke();
    };
    scores.forEach(({ heard }, i) => {
      if (heard)
        line(
          colour('--amber'),
          [],
          [
            [x(i), 0],
            [x(i), height],
          ],
        );
    });
    const labels = scores.length === 0 ? 0 : scores[0].p.length;
    for (let label = 0; label < labels; label++)
      line(
        hue(label),
        [],
        scores.map(({ p }, i) => [x(i), y(p[label])]),
      );
    if (cutoff !== null)
      line(
        colour('--red'),
        [5, 4],
        [
          [0, y(cutoff)],
          [width, y(cutoff)],
        ],
      );
  }

  // What happened, the newest on top.
  function note(list, text, className, more) {
    const element = byId(list);
    element.prepend(make('li', className ?? '', text));
    element.parentNode.hidden = false;
    if (more !== undefined) element.childNodes[0].append(more);
    while (element.childNodes.length > LISTED) element.lastChild.remove();
  }
  const clipOf = ({ clip }) => (clip === undefined ? '' : `, ${clip}`);

  const happened = {
    score({ m, p }) {
      const model = modelNamed(m);
      if (model === undefined) return;
      model.scores.push({ p, heard: false });
      if (model.scores.length > SCORES) model.scores.shift();
    },
    detect(event) {
      const scores = modelNamed(event.m)?.scores ?? [];
      if (scores.length > 0) scores[scores.length - 1].heard = true;
      note(
        'detections',
        `${event.label}  ${event.p.toFixed(2)} at ${clock(event.ms)}, ${event.m}${clipOf(event)}`,
      );
    },
    clip({ n, label, kind, p, ms, m }) {
      const what = kind === 'heard' ? label : `${label}, nearly`;
      let player;
      if (start.live) {
        player = make('audio');
        for (const [key, value] of Object.entries({ controls: '', preload: 'none', src: `clip/${n}` }))
          player.setAttribute(key, value);
      }
      note('recordings', `${what}  ${p.toFixed(2)} at ${clock(ms)}, ${m}`, '', player);
    },
    end({ clip, seconds, detections }) {
      note('clips', `${clip ?? 'clip'}: ${seconds.toFixed(1)} s, ${detections} heard`);
    },
    fault({ code, message }) {
      note('faults', `${code}: ${message}`, 'fault');
    },
    lost({ lines }) {
      note('faults', `${lines} lines of the board were lost`, 'fault');
    },
    hello() {
      note('faults', 'the board restarted', 'fault');
    },
    features({ v }) {
      frames.push(v);
      if (frames.length > FRAMES) frames.shift();
    },
  };

  function showState(state) {
    state.models.forEach((seen, i) => {
      const model = models[i];
      seen.probabilities.forEach((p, label) => {
        model.rows[label].bar.style.width = `${100 * p}%`;
        model.rows[label].value.textContent = p.toFixed(2);
      });
      model.cutoff = seen.cutoff;
      showCutoff(model);
    });
    const verdict = byId('verdict');
    verdict.hidden = state.verdict === 'none';
    verdict.textContent =
      state.verdict === 'heard' ? `heard: ${state.awaited}` : `not heard: ${state.awaited}`;
    verdict.className = state.verdict === 'heard' ? 'badge good' : 'badge';
    if (state.over) for (const { slider } of models) slider.disabled = true;
    status(state.why !== undefined ? `over: ${state.why}` : state.over ? 'over' : 'live');
  }

  function status(text) {
    byId('status').textContent = text;
  }

  function forget() {
    frames = [];
    for (const model of models) model.scores = [];
    for (const list of ['detections', 'recordings', 'clips', 'faults']) {
      byId(list).replaceChildren();
      byId(list).parentNode.hidden = true;
    }
  }

  let due = false;
  function draw() {
    due = false;
    drawFeatures();
    for (const model of models) drawChart(model);
  }
  function drawSoon() {
    if (due) return;
    due = true;
    requestAnimationFrame(draw);
  }

  /** `fresh`: all there is, in place of what was shown. */
  function take({ fresh, state, events }) {
    if (fresh) forget();
    for (const event of events) happened[event.t]?.(event);
    showState(state);
    drawSoon();
    return state.over;
  }

  window.addEventListener('resize', drawSoon);
  if (start.message) take(start.message);
  if (!start.live) return;
  const source = new EventSource('events');
  source.onmessage = ({ data }) => {
    if (take(JSON.parse(data))) source.close();
  };
  source.onerror = () => status('kws-gen does not answer');
})();
