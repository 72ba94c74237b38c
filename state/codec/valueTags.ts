/*
 * Values as bytes that describe themselves. Persistent format v1: add, never change.
 *
 * value    := 00 null | 01 undefined | 02 false | 03 true
 *           | 04 zigzag:varint                        an integer up to ±2^31
 *           | 05 float64                              any other number, −0 and NaN included
 *           | 06 length:varint latin1 | 07 length:varint utf8 | 08 length:varint utf16le
 *           | 09 bigint | 0A float64                  a Date
 *           | 0B length:varint bytes
 *           | 0C bigint scale:varint precision:varint a Decimal; scale is zigzag
 *           | 0D count:varint value*                  an array
 *           | 0E count:varint (value value)*          a Map
 *           | 0F count:varint value*                  a Set
 *           | 10 shape:varint value*                  a plain object, one value per name of the shape
 *           | 11 count:varint (name value)*           a plain object that brings its names, as values
 *           | 40+n latin1                             text of n < 64 characters
 *           | 80+n                                    an integer 0 <= n < 128
 * bigint   := (2 × length + negative):varint magnitude, big-endian
 */
export const valueTag = {
  null: 0x00,
  undefined: 0x01,
  false: 0x02,
  true: 0x03,
  int: 0x04,
  float: 0x05,
  latin1: 0x06,
  utf8: 0x07,
  utf16: 0x08,
  bigint: 0x09,
  date: 0x0a,
  bytes: 0x0b,
  decimal: 0x0c,
  array: 0x0d,
  map: 0x0e,
  set: 0x0f,
  shaped: 0x10,
  named: 0x11,
  shortText: 0x40,
  smallInt: 0x80,
} as const;

/** Deeper values are refused when written and when read: a cycle, or an attack. */
export const maxValueDepth = 100;

/** Larger values are refused: state must be kept per element or bucket, never as one value. */
export const maxValueBytes = 16 * 1024 * 1024;

export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

export function unzigzag(value: number): number {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}
