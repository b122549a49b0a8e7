/**
 * Which package brings which program, per package manager: the exact command that mends what is missing.
 *
 * Names of packages were looked up for Debian and Ubuntu; others are the usual ones of that system.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export type SystemTool = 'python' | 'venv' | 'arm-gcc' | 'qemu' | 'host-gcc' | 'git';

interface Manager {
  readonly program: string;
  readonly command: string;
  readonly packages: Readonly<Record<SystemTool, string>>;
}

const MANAGERS: readonly Manager[] = [
  {
    program: 'apt-get',
    command: 'apt-get install --no-install-recommends',
    packages: {
      python: 'python3',
      venv: 'python3-venv',
      'arm-gcc': 'gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib',
      qemu: 'qemu-system-arm',
      'host-gcc': 'g++',
      git: 'git',
    },
  },
  {
    program: 'dnf',
    command: 'dnf install',
    packages: {
      python: 'python3',
      venv: 'python3',
      'arm-gcc': 'arm-none-eabi-gcc-cs-c++ arm-none-eabi-newlib',
      qemu: 'qemu-system-arm',
      'host-gcc': 'gcc-c++',
      git: 'git',
    },
  },
  {
    program: 'pacman',
    command: 'pacman -S',
    packages: {
      python: 'python',
      venv: 'python',
      'arm-gcc': 'arm-none-eabi-gcc arm-none-eabi-newlib',
      qemu: 'qemu-system-arm',
      'host-gcc': 'gcc',
      git: 'git',
    },
  },
  {
    program: 'brew',
    command: 'brew install',
    packages: {
      python: 'python',
      venv: 'python',
      'arm-gcc': '--cask gcc-arm-embedded',
      qemu: 'qemu',
      'host-gcc': 'gcc',
      git: 'git',
    },
  },
];

/** The command to type for a missing tool. */
export function systemFix(tool: SystemTool, env: NodeJS.ProcessEnv = process.env): string {
  const manager = MANAGERS.find(({ program }) => findProgram(program, env) !== undefined);
  if (manager === undefined) {
    const names = MANAGERS[0]!.packages[tool];
    return `install what brings ${names} (the names of Debian's packages) and put it on the PATH`;
  }
  const root = manager.program === 'brew' || process.getuid?.() === 0 ? '' : 'sudo ';
  return `${root}${manager.command} ${manager.packages[tool]}`;
}

/** Debian's packages that bring a tool. */
export function debianPackages(tool: SystemTool): readonly string[] {
  return MANAGERS.find(({ program }) => program === 'apt-get')!.packages[tool].split(' ');
}

/** The command that brings a program PlatformIO looked for in vain; undefined for one we know nothing about. */
export function programFix(program: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const name = program.split(/[\\/]/).pop()!;
  if (name.startsWith('arm-none-eabi-')) return systemFix('arm-gcc', env);
  if (name.startsWith('qemu-system-')) return systemFix('qemu', env);
  if (name === 'git') return systemFix('git', env);
  if (name === 'g++' || name === 'gcc') return systemFix('host-gcc', env);
  return undefined;
}

/** Absolute path of a program on the PATH. */
export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    for (const ending of endings) {
      const path = join(folder, name + ending);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}
