/**
 * The one error type of the core, and how diagnostics are collected.
 *
 * Owns: the shape of an error (what, where, why, next) and its exit code.
 * Leaves to others: printing (`terminal/`), exiting (`cli.ts` alone).
 */

/** 1: a verdict failed; 2: wrong input or usage; 3: tool or device trouble. */
export type ExitCode = 1 | 2 | 3;

export interface Problem {
  /** What is wrong, as a sentence without a full stop. */
  readonly what: string;
  /** File, operator or field, as the user would write it, e.g. `okay_nabu.tflite, operator 14 (CONCATENATION)`. */
  readonly where?: string;
  /** Why that is a problem, if the sentence does not say it already. */
  readonly why?: string;
  /** The next step the user can take. */
  readonly next?: string;
}

export class KwsError extends Error {
  override readonly name = 'KwsError';
  /** Every problem found; the first one is the headline. */
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;

  constructor(problems: Problem | readonly Problem[], exitCode: ExitCode, options?: { cause?: unknown }) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map(formatProblem).join('\n'), options);
    this.problems = list;
    this.exitCode = exitCode;
  }
}

/** Wrong input or usage: exit code 2. */
export function inputError(problems: Problem | readonly Problem[], options?: { cause?: unknown }): KwsError {
  return new KwsError(problems, 2, options);
}

/** Tool or device trouble: exit code 3. */
export function toolError(problems: Problem | readonly Problem[], options?: { cause?: unknown }): KwsError {
  return new KwsError(problems, 3, options);
}

/** One problem as text: headline `where: what`, then indented `why` and `next` lines. */
export function formatProblem(problem: Problem): string {
  return problemLines(problem).join('\n');
}

/** The same line by line: whoever shows them makes each of them safe. */
export function problemLines(problem: Problem): string[] {
  const lines = [problem.where === undefined ? problem.what : `${problem.where}: ${problem.what}`];
  if (problem.why !== undefined) lines.push(`  why: ${problem.why}`);
  if (problem.next !== undefined) lines.push(`  next: ${problem.next}`);
  return lines;
}
