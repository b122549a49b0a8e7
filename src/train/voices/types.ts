/** Voices of speech synthesisers, and what they are asked to say. */

export type EngineName = 'espeak-ng' | 'flite' | 'festival' | 'pico' | 'kokoro';

/** What a voice's clips are for: learned from, an operating point chosen on, or only judged by. */
export type Role = 'train' | 'tune' | 'judge';

export interface Voice {
  readonly engine: EngineName;
  /** As the engine calls it. */
  readonly name: string;
  readonly role: Role;
}

/** A clip that a synthesiser is to make. */
export interface Order {
  readonly engine: EngineName;
  readonly voice: string;
  readonly text: string;
  /** 1 is the voice's own speed and pitch. */
  readonly speed: number;
  readonly pitch: number;
}

export interface Engine {
  readonly name: EngineName;
  readonly program: string;
  /** What it needs besides: espeak-ng, which reads for it, and a file of its speakers. */
  readonly reader?: string;
  readonly data?: string;
  /** In the language that is asked for. */
  readonly voices: readonly Voice[];
}
