/**
 * The host's side of docs/protocol.md, version 1: lines in (`line-parser.ts`, `events.ts`), frames out
 * (`frame.ts`).
 */
export * from './events.js';
export { crc16, encodeFrame } from './frame.js';
export { LineParser, MAX_LINE } from './line-parser.js';

export const PROTOCOL_VERSION = 1;
