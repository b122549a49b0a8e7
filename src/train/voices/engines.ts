/**
 * The speech synthesisers of this machine and their voices: espeak-ng, flite, festival, SVOX Pico, and Kokoro's
 * neural ones, all free for any use of what they say.
 *
 * Owns: which voices there are, how an engine is called, and which voices are kept apart for judging.
 */
import { findProgram } from '../../platformio/prerequisite-fixes.js';
import { ask } from '../../platformio/run-tool.js';
import { createRandom } from '../random.js';
import { findKokoro } from './kokoro/install.js';
import { kokoroVoices } from './kokoro/speakers.js';
import type { Engine, EngineName, Order, Role, Voice } from './types.js';

/** Engines whose program makes one clip and ends. */
export type Plain = Exclude<EngineName, 'kokoro'>;

/** Variants of espeak-ng's voices that sound like people; the program has whispers and robots, too. */
const VARIANTS = new Set(
  (
    'm1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 Alex Andy Annie Denis Diogo Gene Gene2 Hugo Jacky Lee Marco Mario ' +
    'Michael Mike Nguyen Reed Storm Tweaky adam anika aunty boris caleb david ed edward edward2 grandma grandpa ' +
    'iven iven2 john kaukovalta klatt klatt2 klatt3 linda marcelo max michel miguel norbert pablo paul pedro ' +
    'quincy rob robert sandro shelby steph steph2 steph3 travis victor zac'
  ).split(' '),
);

/** Of espeak-ng's voices a share is kept for tuning and judging; the others' are named. */
const ROLES: Readonly<Record<string, Role>> = {
  'flite/rms': 'tune',
  'flite/awb': 'judge',
  'festival/kal_diphone': 'judge',
  'festival/ked_diphone': 'judge',
  'festival/cmu_us_slt_arctic_hts': 'judge',
  'pico/en-GB': 'tune',
};

function roleOf(engine: Plain, name: string): Role {
  if (engine !== 'espeak-ng') return ROLES[`${engine}/${name}`] ?? 'train';
  // By the variant: the same throat in another accent is the same voice.
  const share = createRandom(name.split('+')[1] ?? name).next();
  if (share < 0.7) return 'train';
  return share < 0.82 ? 'tune' : 'judge';
}

/** Programs beside the engine's own name. */
const PROGRAMS: Readonly<Record<Plain, string>> = {
  'espeak-ng': 'espeak-ng',
  flite: 'flite',
  festival: 'text2wave',
  pico: 'pico2wave',
};

const FLITE = ['kal16', 'awb', 'rms', 'slt'];
const FESTIVAL = ['kal_diphone', 'ked_diphone', 'cmu_us_slt_arctic_hts'];
const PICO = ['en-US', 'en-GB', 'es-ES', 'de-DE', 'it-IT', 'fr-FR'];

/** @param language as espeak-ng writes it: en, de, pt-br */
async function voiceNames(engine: Plain, program: string, language: string): Promise<readonly string[]> {
  if (engine === 'espeak-ng') return espeakVoices(program, language);
  if (engine === 'pico') return PICO.filter((name) => name.toLowerCase().startsWith(language.slice(0, 2)));
  if (language !== 'en') return [];
  if (engine === 'flite') {
    const listed = (await ask(program, ['-lv'])) ?? '';
    return FLITE.filter((name) => listed.split(/\s+/).includes(name));
  }
  const listed = (await ask('festival', ['--batch', '(print (voice.list))'])) ?? '';
  return FESTIVAL.filter((name) => listed.split(/[\s()]+/).includes(name));
}

/** The table that `espeak-ng --voices` prints: language and file of each voice. */
async function espeakTable(program: string, which: string) {
  const lines = ((await ask(program, [`--voices=${which}`])) ?? '').split('\n').slice(1);
  return lines.map((line) => {
    const [, language = '', , , file = ''] = line.trim().split(/\s+/);
    return { language, file };
  });
}

async function espeakVoices(program: string, language: string): Promise<readonly string[]> {
  const bases = (await espeakTable(program, language))
    // MBROLA's are another program's.
    .filter(({ file }) => file !== '' && !file.startsWith('mb/'))
    .map((voice) => voice.language)
    .filter((name) => name === language || name.startsWith(`${language}-`));
  const variants = (await espeakTable(program, 'variant'))
    .map(({ file }) => file.replace(/^!v\//, ''))
    .filter((name) => VARIANTS.has(name));
  return [...new Set(bases)]
    .sort()
    .flatMap((base) => [...new Set(variants)].sort().map((v) => `${base}+${v}`));
}

/**
 * The engines that are there and have a voice of this language.
 * @param neural whether Kokoro's voices are among them
 */
export async function findEngines(
  language: string,
  env: NodeJS.ProcessEnv = process.env,
  neural = true,
): Promise<readonly Engine[]> {
  const engines = await Promise.all(
    (Object.keys(PROGRAMS) as Plain[]).map(async (name): Promise<Engine | undefined> => {
      const program = findProgram(PROGRAMS[name], env);
      if (program === undefined) return undefined;
      const names = await voiceNames(name, program, language);
      const voices = names.map((voice): Voice => ({ engine: name, name: voice, role: roleOf(name, voice) }));
      return voices.length === 0 ? undefined : { name, program, voices };
    }),
  );
  const found = engines.filter((engine) => engine !== undefined);
  const kokoro = neural ? kokoroEngine(language, env) : undefined;
  return kokoro === undefined ? found : [...found, kokoro];
}

function kokoroEngine(language: string, env: NodeJS.ProcessEnv): Engine | undefined {
  const kokoro = findKokoro(env);
  const reader = findProgram(PROGRAMS['espeak-ng'], env);
  const voices = kokoroVoices(language);
  if (kokoro === undefined || reader === undefined || voices.length === 0) return undefined;
  return { name: 'kokoro', program: kokoro.python, reader, data: kokoro.styles, voices };
}

/** Mean pitch of flite's voices, Hz. */
const FLITE_PITCH: Readonly<Record<string, number>> = { kal16: 105, awb: 130, rms: 110, slt: 175 };

/**
 * What is run for an order: it writes a WAV file.
 * @param text a file with the text, for engines that take none on the command line
 */
export function commandOf(
  order: Order & { readonly engine: Plain },
  target: string,
  text: string,
): readonly string[] {
  const { engine, voice, speed, pitch } = order;
  const stretch = (1 / speed).toFixed(3);
  const whole = (value: number) => String(Math.round(value));
  switch (engine) {
    case 'espeak-ng':
      return [
        '-v',
        voice,
        '-s',
        whole(165 * speed),
        '-p',
        whole(Math.min(99, 50 * pitch)),
        '-w',
        target,
        '-f',
        text,
      ];
    case 'flite':
      return [
        '-voice',
        voice,
        '--setf',
        `duration_stretch=${stretch}`,
        '--setf',
        `int_f0_target_mean=${whole((FLITE_PITCH[voice] ?? 120) * pitch)}`,
        '-f',
        text,
        '-o',
        target,
      ];
    case 'festival':
      return [
        '-eval',
        `(voice_${voice})`,
        '-eval',
        `(Parameter.set 'Duration_Stretch ${stretch})`,
        '-o',
        target,
        text,
      ];
    case 'pico':
      // Its marks for speed and pitch; the text itself has no sign that could be one, see orders.ts.
      return [
        '-l',
        voice,
        '-w',
        target,
        '--',
        `<speed level="${whole(100 * speed)}"><pitch level="${whole(100 * pitch)}">${order.text}</pitch></speed>`,
      ];
  }
}
