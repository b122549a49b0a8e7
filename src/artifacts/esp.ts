/**
 * What an ESP32 starts from, in one piece: bootloader, partition table, which application is to be started, and the
 * application, as PlatformIO builds them one by one.
 *
 * ESP-IDF Programming Guide: partition tables, and the OTA data partition.
 */
import { type Chunk, endOf, imageOf, joined, refuserOf } from './image.js';

export interface EspParts {
  readonly bootloader: Uint8Array;
  /** The table as the board reads it. */
  readonly partitions: Uint8Array;
  readonly application: Uint8Array;
  /** 0x1000 on the ESP32, 0 on the ESP32-S3. */
  readonly bootloaderAt: number;
}

const PARTITIONS_AT = 0x8000;
const ENTRY = 32;
const ENTRY_MAGIC = 0x50aa;
const FIRST_OTA = 0x10;
const FACTORY = 0;
const APPLICATION = 0;
const DATA = 1;
const OTA_DATA = 0;

interface Partition {
  readonly type: number;
  readonly subtype: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * @param where how messages call the application
 * @returns the content of the flash from its address 0, erased bytes as 0xff
 * @throws KwsError (exit code 2) where the table has no place for the application, or pieces overlap
 */
export function mergeEsp(
  { bootloader, partitions, application, bootloaderAt }: EspParts,
  where: string,
): Uint8Array {
  const refuse = refuserOf(where);
  const table = entries(partitions);
  const place =
    table.find(({ type, subtype }) => type === APPLICATION && subtype === FACTORY) ??
    table.find(({ type, subtype }) => type === APPLICATION && subtype === FIRST_OTA);
  if (place === undefined) throw refuse({ what: 'has no place in the partition table' });
  if (application.length > place.size)
    throw refuse({ what: `has ${application.length} bytes, its partition ${place.size}` });
  const pieces: Chunk[] = [
    { address: bootloaderAt, bytes: bootloader },
    { address: PARTITIONS_AT, bytes: partitions },
    { address: place.offset, bytes: application },
  ];
  const ota = table.find(({ type, subtype }) => type === DATA && subtype === OTA_DATA);
  if (ota !== undefined) pieces.push({ address: ota.offset, bytes: firstIsChosen() });
  const { address, bytes } = joined(imageOf(pieces, refuse), 0xff, refuse);
  const whole = new Uint8Array(endOf({ address, bytes })).fill(0xff);
  whole.set(bytes, address);
  return whole;
}

function entries(table: Uint8Array): Partition[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const found: Partition[] = [];
  for (let at = 0; at + ENTRY <= table.length && view.getUint16(at, true) === ENTRY_MAGIC; at += ENTRY)
    found.push({
      type: table[at + 2]!,
      subtype: table[at + 3]!,
      offset: view.getUint32(at + 4, true),
      size: view.getUint32(at + 8, true),
    });
  return found;
}

/** The choice of the first application, as after its first update: its number, no label, and their checksum. */
function firstIsChosen(): Uint8Array {
  const entry = new Uint8Array(ENTRY).fill(0xff);
  const view = new DataView(entry.buffer);
  view.setUint32(0, 1, true);
  // CRC-32 of that number, begun with 0.
  view.setUint32(28, 0x4743989a, true);
  return entry;
}
