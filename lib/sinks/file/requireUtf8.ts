import { StreamingError } from '../../errors.js';
import { cellText } from '../../terminal/cellText.js';

const loneSurrogate = /\p{Surrogate}/u;

/**
 * Half of a surrogate pair has no UTF-8: Node would write U+FFFD in its place. (JSON writes an escape.)
 *
 * Errors: `SINK_ROW`.
 */
export function requireUtf8(text: string, format: string): void {
  if (!loneSurrogate.test(text)) return;
  throw new StreamingError('SINK_ROW', {
    format,
    value: cellText(text),
    reason: 'holds half of a surrogate pair, which UTF-8 cannot: mend the text, or use json',
  });
}
