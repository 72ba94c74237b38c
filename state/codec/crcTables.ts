type Table = Int32Array;

/**
 * Tables by which a reflected CRC of 32 bits takes eight bytes at a time: entry `b` of the n-th is what
 * the byte `b` leaves behind when n zeros follow it.
 */
export function crcTables(
  polynomial: number,
): readonly [Table, Table, Table, Table, Table, Table, Table, Table] {
  const t0 = new Int32Array(256).map((_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
  const oneZeroMore = (table: Table) =>
    table.map((crc) => (crc >>> 8) ^ (t0[crc & 0xff] as number));
  const t1 = oneZeroMore(t0);
  const t2 = oneZeroMore(t1);
  const t3 = oneZeroMore(t2);
  const t4 = oneZeroMore(t3);
  const t5 = oneZeroMore(t4);
  const t6 = oneZeroMore(t5);
  return [t0, t1, t2, t3, t4, t5, t6, oneZeroMore(t6)];
}
