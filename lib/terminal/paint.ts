const codes = {
  bold: ['1', '22'],
  dim: ['2', '22'],
  red: ['31', '39'],
  green: ['32', '39'],
  yellow: ['33', '39'],
  cyan: ['36', '39'],
} as const;

/** A colour or weight of text. */
export type Paint = keyof typeof codes;

/** `text` in a colour, or as it is where colours are off. Measure text before it is painted. */
export function paint(text: string, how: Paint, colors: boolean): string {
  const [on, off] = codes[how];
  return colors && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}
