/**
 * Composite keys of whole numbers, short strings and nulls, packed into one short flat string.
 *
 * Text that is joined part by part is a rope, which a `Map` has to flatten before it can hash it: with
 * the rope's garbage that is most of what a lookup costs. One call makes these in one piece.
 *
 * array  := 'a' length item*          item := int | long | text | null | array
 * int    := 'i' two code units        whole numbers of 32 bits
 * long   := 'l' four code units       other safe whole numbers: times
 * text   := 's' length code unit*
 * null   := 'z'
 */
const units: number[] = [];
let at = 0;

const mostUnits = 80;
const two32 = 0x1_0000_0000;

/** undefined: the key has something in it that this form does not know, or it would be long. */
export function compactKey(key: readonly unknown[]): string | undefined {
  at = 1;
  units[0] = 0;
  if (!packArray(key)) return undefined;
  if (units.length !== at) units.length = at; // keys of one operator are mostly of one length
  return String.fromCharCode.apply(null, units);
}

function packArray(items: readonly unknown[]): boolean {
  if (at + 2 + items.length > mostUnits) return false;
  units[at++] = 0x61;
  units[at++] = items.length;
  for (let i = 0; i < items.length; i++) if (!pack(items[i])) return false;
  return true;
}

function pack(item: unknown): boolean {
  switch (typeof item) {
    case 'number':
      return packNumber(item);
    case 'string':
      return packText(item);
    case 'undefined':
      units[at++] = 0x7a;
      return true;
    case 'object':
      if (item !== null) return Array.isArray(item) && packArray(item);
      units[at++] = 0x7a;
      return true;
    default:
      return false;
  }
}

/** −0 is 0, as everywhere in keys. */
function packNumber(item: number): boolean {
  if ((item | 0) === item) {
    units[at++] = 0x69;
    units[at++] = item >>> 16;
    units[at++] = item & 0xffff;
    return true;
  }
  if (!Number.isSafeInteger(item)) return false;
  const high = Math.floor(item / two32);
  const low = item - high * two32;
  units[at++] = 0x6c;
  units[at++] = high >>> 16;
  units[at++] = high & 0xffff;
  units[at++] = low >>> 16; // integers to V8 too: one double in the array makes boxes of all
  units[at++] = low & 0xffff;
  return true;
}

function packText(item: string): boolean {
  const { length } = item;
  if (at + 2 + length > mostUnits) return false;
  units[at++] = 0x73;
  units[at++] = length;
  for (let i = 0; i < length; i++) units[at++] = item.charCodeAt(i);
  return true;
}
