/** Facts about other processes: /proc where there is one, `ps` elsewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { execaSync } from 'execa';

/** Command line with spaces between arguments; '' for a process that is not there (any more). */
export function commandLine(pid: number): string {
  return procFile(pid, 'cmdline')?.replaceAll('\0', ' ').trim() ?? ps(pid, 'command');
}

/** When a process started, in whatever unit the system has; tells two users of one id apart. */
export function processStart(pid: number): string | undefined {
  const stat = procFile(pid, 'stat');
  // proc(5): field 22 is the start time; the second one, in parentheses, may hold spaces.
  const start = stat === undefined ? ps(pid, 'lstart') : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return start === '' ? undefined : start;
}

/**
 * Whether a process of the group is there. One that has ended and that nobody asked how is not, where /proc
 * tells; some systems' first process collects those late.
 */
export function groupRuns(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch {
    return false;
  }
  if (procFile(process.pid, 'stat') === undefined) return true;
  return readdirSync('/proc').some((name) => {
    if (!/^\d+$/.test(name)) return false;
    // proc(5): the third field is the state, the fifth the group.
    const stat = procFile(Number(name), 'stat') ?? '';
    const [state, , its] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(its) === group && state !== 'Z' && state !== 'X';
  });
}

/** undefined where the system has no /proc; '' where there is no such process. */
function procFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return existsSync('/proc/self/stat') ? '' : undefined;
  }
}

function ps(pid: number, column: string): string {
  const result = execaSync('ps', ['-o', `${column}=`, '-p', String(pid)], { reject: false });
  return result.exitCode === 0 ? result.stdout.trim() : '';
}
