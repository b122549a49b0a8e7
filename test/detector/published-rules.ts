/**
 * The two published decision rules, written once more from their definitions and in their own terms
 * (ESPHome's slices, RecognizeCommands' milliseconds): what the detector's settings have to reproduce.
 */

/**
 * ESPHome's WakeWordModel of 2025: per slice the newest probability, if below the cutoff, lets the ignore
 * counter rise; a probability that was not judged yet is judged once the counter is 0. A detection that the
 * voice-activity model does not confirm leaves everything as it is.
 * @returns slices (from 1) with a detection
 */
export function esphome(
  probabilities: readonly number[],
  { stride, cutoff, window, warmUp }: { stride: number; cutoff: number; window: number; warmUp: number },
  voice: (slice: number) => boolean = () => true,
): number[] {
  const recent: number[] = new Array(window).fill(0);
  const detections: number[] = [];
  let last = 0;
  let unprocessed = false;
  let ignore = -warmUp;
  for (let slice = 1; slice <= probabilities.length * stride; slice++) {
    if (slice % stride === 0) {
      last = (last + 1) % window;
      recent[last] = probabilities[slice / stride - 1]!;
      unprocessed = true;
    }
    if (recent[last]! < cutoff) ignore = Math.min(ignore + 1, 0);
    if (!unprocessed || ignore < 0) continue;
    unprocessed = false;
    const sum = recent.reduce((a, b) => a + b, 0);
    if (sum <= cutoff * window || !voice(slice)) continue;
    detections.push(slice);
    recent.fill(0);
    ignore = -warmUp;
  }
  return detections;
}

/**
 * micro_speech's RecognizeCommands with its defaults, for results every `everyMs`.
 * @returns index of the inference and label of every new command that is neither silence (0) nor unknown (1)
 */
export function recognizeCommands(
  results: readonly (readonly number[])[],
  everyMs: number,
): [number, number][] {
  const [averageMs, threshold, suppressionMs, minimumCount] = [1000, 200, 1500, 3];
  const queue: { time: number; scores: readonly number[] }[] = [];
  const commands: [number, number][] = [];
  let previousLabel = 0;
  let previousTime = Number.NEGATIVE_INFINITY;
  results.forEach((scores, n) => {
    const time = n * everyMs;
    queue.push({ time, scores });
    while (queue[0]!.time < time - averageMs) queue.shift();
    if (queue.length < minimumCount || time - queue[0]!.time < averageMs / 4) return;
    const averages = scores.map((_, i) =>
      Math.trunc(queue.reduce((sum, result) => sum + result.scores[i]!, 0) / queue.length),
    );
    let top = 0;
    averages.forEach((average, i) => {
      if (average > averages[top]!) top = i;
    });
    const since = previousLabel === 0 ? Number.POSITIVE_INFINITY : time - previousTime;
    if (averages[top]! <= threshold || (top === previousLabel && since <= suppressionMs)) return;
    previousLabel = top;
    previousTime = time;
    if (top > 1) commands.push([n, top]);
  });
  return commands;
}
