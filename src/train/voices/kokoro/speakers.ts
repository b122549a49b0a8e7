/**
 * Kokoro's speakers: which languages they say, and which are kept apart.
 *
 * A voice of ours is one speaker, or two whose styles are mixed, which is a third speaker. It is called
 * `en-us/af_bella` or `en-us/af_bella+zm_yunxi`: what espeak-ng reads the text as, and who says it.
 */
import { createRandom } from '../../random.js';
import type { Role, Voice } from '../types.js';

/** In the order of their styles in the file that the installation makes. */
export const SPEAKERS = (
  'af_alloy af_aoede af_bella af_heart af_jessica af_kore af_nicole af_nova af_river af_sarah af_sky am_adam ' +
  'am_echo am_eric am_fenrir am_liam am_michael am_onyx am_puck am_santa bf_alice bf_emma bf_isabella bf_lily ' +
  'bm_daniel bm_fable bm_george bm_lewis ef_dora em_alex em_santa ff_siwis hf_alpha hf_beta hm_omega hm_psi ' +
  'if_sara im_nicola jf_alpha jf_gongitsune jf_nezumi jf_tebukuro jm_kumo pf_dora pm_alex pm_santa zf_xiaobei ' +
  'zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang'
).split(' ');

/** By their names, of which some belong to several speakers: they may be one throat. All others are learned from. */
const KEPT: Readonly<Record<string, Role>> = {
  ...Object.fromEntries(
    ['kore', 'liam', 'isabella', 'psi', 'nicola', 'yunxia'].map((name) => [name, 'tune']),
  ),
  ...Object.fromEntries(
    ['nova', 'river', 'puck', 'lily', 'lewis', 'alex', 'nezumi', 'xiaoni', 'siwis'].map((name) => [
      name,
      'judge',
    ]),
  ),
};

const roleOf = (speaker: string): Role => KEPT[speaker.slice(3)] ?? 'train';

/** Languages that Kokoro says with what espeak-ng makes of them; Japanese and Chinese it learned by other means. */
const READERS: Readonly<Record<string, string>> = {
  en: 'en-us',
  es: 'es',
  fr: 'fr',
  it: 'it',
  pt: 'pt-br',
  hi: 'hi',
};

/** How many mixed voices there are. */
const MIXED = 120;

/** @param language as espeak-ng writes it; none where Kokoro does not say it */
export function kokoroVoices(language: string): readonly Voice[] {
  const usual = READERS[language.split('-')[0]!.toLowerCase()];
  if (usual === undefined) return [];
  const reader = (speaker: string) => {
    if (usual !== 'en-us') return usual;
    return speaker.startsWith('b') || language.startsWith('en-gb') ? 'en-gb' : 'en-us';
  };
  const voice = (speakers: readonly string[]): Voice => ({
    engine: 'kokoro',
    name: `${reader(speakers[0]!)}/${speakers.join('+')}`,
    role: roleOf(speakers[0]!),
  });
  const taught = SPEAKERS.filter((speaker) => roleOf(speaker) === 'train');
  const random = createRandom('mixed voices');
  const mixed = Array.from({ length: MIXED }, () => {
    const first = random.pick(taught);
    return voice([first, random.pick(taught.filter((speaker) => speaker !== first))]);
  });
  const all = [...SPEAKERS.map((speaker) => voice([speaker])), ...mixed];
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

/** @returns what espeak-ng is to read as, and the numbers of the speakers */
export function readVoice(name: string): { readonly reader: string; readonly speakers: readonly number[] } {
  const [reader = '', speakers = ''] = name.split('/');
  return { reader, speakers: speakers.split('+').map((speaker) => SPEAKERS.indexOf(speaker)) };
}
