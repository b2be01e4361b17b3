/** CRC-32 of zip, PNG and Parquet pages: polynomial 0x04c11db7, reflected, inverted at both ends. */

/** Entry 256·k + b: the remainder of byte b followed by k zero bytes. */
const TABLE = new Uint32Array(4 * 256);
for (let byte = 0; byte < 256; byte++) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  }
  TABLE[byte] = remainder;
}
for (let at = 256; at < TABLE.length; at++) {
  const before = TABLE[at - 256] as number;
  TABLE[at] = (before >>> 8) ^ (TABLE[before & 255] as number);
}

/** @param before CRC of what comes before these bytes, so that pieces can be summed up in turn */
export function crc32(bytes: Uint8Array, before = 0): number {
  const table = (at: number): number => TABLE[at] as number;
  const byte = (at: number): number => bytes[at] as number;
  let crc = ~before;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    crc ^= byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24);
    crc =
      table(768 + (crc & 255)) ^
      table(512 + ((crc >>> 8) & 255)) ^
      table(256 + ((crc >>> 16) & 255)) ^
      table(crc >>> 24);
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ table((crc ^ byte(at)) & 255);
  return ~crc >>> 0;
}

/** As eight hexadecimal digits. */
export function crc32Text(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
